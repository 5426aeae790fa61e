const SLOTS_MIN = 64;

/**
 * Entries by their number. Numbers are given out in sequence, so a slot is nearly always the one
 * that the lowest bits name; linear probing settles the rest.
 *
 * Not a `Map`: one that is added to and deleted from all the time leaves outgrown tables behind,
 * each of which points to the next and to entries long gone, so that none is collected young.
 */
export class EntryTable<T extends { readonly entry: number }> {
  #slots: (T | null)[] = new Array<T | null>(SLOTS_MIN).fill(null);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(entry: number): T | null {
    return this.#slots[this.#find(entry)] ?? null;
  }

  /** Its number must be new here. */
  add(item: T): void {
    if ((this.#size + 1) * 2 > this.#slots.length) this.#grow();
    this.#slots[this.#find(item.entry)] = item;
    this.#size += 1;
  }

  delete(entry: number): void {
    const slots = this.#slots;
    let hole = this.#find(entry);
    if (slots[hole] === null) return;
    this.#size -= 1;
    // Whoever was pushed behind the hole moves up, or it would not be found any more.
    for (let at = this.#next(hole); ; at = this.#next(at)) {
      const item = slots[at] ?? null;
      if (item === null) break;
      const home = this.#home(item.entry);
      if (this.#distance(home, at) >= this.#distance(hole, at)) {
        slots[hole] = item;
        hole = at;
      }
    }
    slots[hole] = null;
  }

  /** The slot that holds it, or the free one where it belongs. */
  #find(entry: number): number {
    const slots = this.#slots;
    let at = this.#home(entry);
    for (;;) {
      const item = slots[at] ?? null;
      if (item === null || item.entry === entry) return at;
      at = this.#next(at);
    }
  }

  #home(entry: number): number {
    return entry % this.#slots.length;
  }

  #next(at: number): number {
    return (at + 1) % this.#slots.length;
  }

  #distance(from: number, to: number): number {
    return (to - from + this.#slots.length) % this.#slots.length;
  }

  #grow(): void {
    const items = this.#slots;
    this.#slots = new Array<T | null>(items.length * 2).fill(null);
    for (const item of items) {
      if (item !== null) this.#slots[this.#find(item.entry)] = item;
    }
  }
}
