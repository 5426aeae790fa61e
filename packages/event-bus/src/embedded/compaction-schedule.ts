import { type CompactedFile, compactTopic } from './compaction.ts';

const MIN_APPENDED = 1_000;

/** Compacts a file when it is opened and whenever it may have doubled since. */
export class CompactionSchedule {
  readonly #file: CompactedFile;
  readonly #onError: (error: unknown) => void;
  readonly #stopping = new AbortController();
  #appended = 0;
  #left = 0;
  #running: Promise<void> | null = null;

  constructor(file: CompactedFile, onError: (error: unknown) => void) {
    this.#file = file;
    this.#onError = onError;
    this.#start();
  }

  appended(records: number): void {
    this.#appended += records;
    if (this.#running === null && this.#appended >= Math.max(MIN_APPENDED, this.#left)) {
      this.#start();
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  #start(): void {
    if (this.#stopping.signal.aborted) return;
    this.#appended = 0;
    this.#running = compactTopic(this.#file, this.#stopping.signal)
      .then((left) => {
        this.#left = left;
      }, this.#onError)
      .finally(() => {
        this.#running = null;
      });
  }
}
