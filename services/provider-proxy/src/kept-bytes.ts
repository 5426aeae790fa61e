/** The beginning of an answer, kept while it passes to count its tokens if nobody else does. */
export class KeptBytes {
  readonly #max: number;
  #chunks: Buffer[] = [];
  #kept = 0;
  #total = 0;

  constructor(maxBytes: number) {
    this.#max = maxBytes;
  }

  push(chunk: Buffer): void {
    this.#total += chunk.length;
    if (this.#kept >= this.#max) return;
    this.#kept += chunk.length;
    this.#chunks.push(chunk);
  }

  all(): { bytes: Buffer; totalBytes: number } {
    return { bytes: Buffer.concat(this.#chunks), totalBytes: this.#total };
  }
}
