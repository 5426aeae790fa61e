/**
 * A peer that could not help comes after all others for a while. Whoever refuses, or lets time run
 * out, has the fewest calls in the end: not for that the next.
 */
export class Rest {
  readonly #ms: number;
  #begunAtMs = Number.NEGATIVE_INFINITY;

  constructor(ms: number) {
    this.#ms = ms;
  }

  begin(): void {
    this.#begunAtMs = performance.now();
  }

  /** The load by which peers are compared. */
  loadOf(calls: number): number {
    return performance.now() - this.#begunAtMs < this.#ms ? Number.POSITIVE_INFINITY : calls;
  }
}
