const NO_BYTES = Buffer.alloc(0);

/** An answer's body that is kept until it is whole, up to a limit. */
export class CollectedBody {
  /** All of it, once it was closed. */
  bytes: Buffer = NO_BYTES;
  readonly #maxBytes: number;
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @returns false where it is too large: nothing of it is kept then. */
  push(chunk: Buffer): boolean {
    this.#length += chunk.length;
    if (this.#length > this.#maxBytes) {
      this.#chunks = [];
      return false;
    }
    this.#chunks.push(chunk);
    return true;
  }

  /** No more comes. */
  close(): void {
    const { length, 0: first } = this.#chunks;
    this.bytes = length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
    this.#chunks = [];
  }
}
