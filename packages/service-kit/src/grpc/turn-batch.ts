/** One message has no more: of the largest (32 KB, decisions-client.ts) it stays below what gRPC lets through. */
const mostItems = 200;

/**
 * Collects what one turn of the loop brings and hands it over at its end, in one piece (or few): a message a
 * turn costs a fraction of a message an item. While the receiver says that it is full, it waits.
 */
export class TurnBatch<Item> {
  /** Returns false where the next batch has to wait for `resume`. */
  readonly #write: (items: Item[]) => boolean;
  readonly #items: Item[] = [];
  #scheduled = false;
  #full = false;

  constructor(write: (items: Item[]) => boolean) {
    this.#write = write;
  }

  /** Items that have not been handed over. */
  get waiting(): number {
    return this.#items.length;
  }

  push(item: Item): void {
    this.#items.push(item);
    if (this.#scheduled || this.#full) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  resume(): void {
    this.#full = false;
    this.#flush();
  }

  #flush(): void {
    while (!this.#full && this.#items.length > 0) {
      this.#full = !this.#write(this.#items.splice(0, mostItems));
    }
  }
}
