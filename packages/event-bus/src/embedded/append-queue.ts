import type { OutgoingRecord, RecordPosition } from '../port.ts';
import { busyDelayMs, isBusy } from '../sqlite/index.ts';
import { recordLength } from './record-batch.ts';

export interface QueuedAppend {
  readonly records: readonly OutgoingRecord[];
  /** Encoded bytes of each record. */
  readonly lengths: readonly number[];
  /** Filled by the write, in the order of `records`. */
  readonly positions: RecordPosition[];
}

interface Waiting extends QueuedAppend {
  resolve(positions: readonly RecordPosition[]): void;
  reject(error: unknown): void;
}

/**
 * Puts the appends of one turn of the loop (and those that came while the file was locked) into one
 * transaction, in the order of the calls.
 */
export class AppendQueue {
  readonly #write: (appends: readonly QueuedAppend[]) => void;
  #waiting: Waiting[] = [];
  #scheduled = false;
  #attempt = 0;
  #drained: (() => void)[] = [];

  /** `write` is all or nothing; where it throws `isBusy` it is called again later. */
  constructor(write: (appends: readonly QueuedAppend[]) => void) {
    this.#write = write;
  }

  /** Rejects where a record does not fit the format, without any effect on other appends. */
  append(records: readonly OutgoingRecord[]): Promise<readonly RecordPosition[]> {
    return new Promise((resolve, reject) => {
      const lengths = records.map(recordLength);
      this.#waiting.push({ records, lengths, positions: [], resolve, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(this.#flush);
    });
  }

  drained(): Promise<void> {
    if (!this.#scheduled) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  readonly #flush = (): void => {
    const appends = this.#waiting;
    try {
      this.#write(appends);
    } catch (error) {
      for (const append of appends) append.positions.length = 0;
      if (isBusy(error)) {
        this.#attempt += 1;
        setTimeout(this.#flush, busyDelayMs(this.#attempt));
        return;
      }
      this.#settled();
      for (const append of appends) append.reject(error);
      return;
    }
    this.#settled();
    for (const append of appends) append.resolve(append.positions);
  };

  #settled(): void {
    this.#waiting = [];
    this.#scheduled = false;
    this.#attempt = 0;
    for (const resolve of this.#drained.splice(0)) resolve();
  }
}
