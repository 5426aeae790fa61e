export interface Difference {
  readonly what: string;
  readonly count: number;
  /** Ids of the first few. */
  readonly examples: readonly string[];
}

const EXAMPLES = 5;

/** What was found to be different, with some examples of each. */
export class Differences {
  readonly #examples = new Map<string, string[]>();
  readonly #counts = new Map<string, number>();

  of(what: string, example: string): void {
    this.add(what, 1, [example]);
  }

  add(what: string, count: number, examples: readonly string[]): void {
    if (count === 0) return;
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + count);
    const known = this.#examples.get(what) ?? [];
    this.#examples.set(what, [...known, ...examples].slice(0, EXAMPLES));
  }

  list(): Difference[] {
    return [...this.#counts].map(([what, count]) => ({
      ...{ what, count },
      examples: this.#examples.get(what) ?? [],
    }));
  }
}
