import type { Tail, TailOptions } from '../port.ts';
import { isBusy } from '../sqlite/index.ts';
import { BUSY_RETRY_MS, retryDelayMs } from './backoff.ts';
import type { TopicLog } from './storage.ts';
import { WakeSignal } from './wake-signal.ts';

const READ_RECORDS = 1_000;
const READ_BYTES = 1024 * 1024;

/** Follows all partitions of a topic from given positions. */
export class LogTail implements Tail {
  readonly #log: TopicLog;
  readonly #options: TailOptions;
  readonly #onStopped: () => void;
  readonly #signal = new WakeSignal();
  readonly #next: number[];
  #epoch: string;
  readonly #goal: readonly number[];
  readonly #unsubscribe: () => void;
  readonly #done: Promise<void>;
  readonly #caughtUp: Promise<void>;
  #resolveCaughtUp: () => void = () => {};
  #freshAtMs = Number.NEGATIVE_INFINITY;
  #idle = false;
  #stopped = false;

  constructor(log: TopicLog, options: TailOptions, onStopped: () => void) {
    this.#log = log;
    this.#options = options;
    this.#onStopped = onStopped;
    this.#goal = [...log.ends];
    this.#epoch = log.epoch;
    const { from } = options;
    this.#next = this.#goal.map((end, partition) => {
      if (from === 'end') return end;
      return from === 'start' ? 0 : Number(from.get(partition) ?? 0n);
    });
    this.#caughtUp = new Promise((resolve) => {
      this.#resolveCaughtUp = resolve;
    });
    this.#unsubscribe = log.subscribe(() => this.#signal.wake());
    this.#done = this.#run();
  }

  get freshAtMs(): number {
    if (this.#idle && this.#isAtEnd(this.#log.ends)) this.#freshAtMs = this.#log.checkedAtMs;
    return this.#freshAtMs;
  }

  isFresh(maxAgeMs: number): boolean {
    return performance.now() - this.freshAtMs <= maxAgeMs;
  }

  caughtUp(): Promise<void> {
    return this.#caughtUp;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe();
    this.#signal.wake();
    await this.#done;
    this.#onStopped();
  }

  #isAtEnd(ends: readonly number[]): boolean {
    return this.#next.every((next, partition) => next >= (ends[partition] ?? 0));
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#stopped; ) {
      try {
        await this.#readAll();
        failures = 0;
        this.#idle = true;
        await this.#signal.wait(null);
        this.#idle = false;
      } catch (error) {
        if (!isBusy(error)) {
          failures += 1;
          this.#options.onError?.(error);
        }
        const until = performance.now() + (failures === 0 ? BUSY_RETRY_MS : retryDelayMs(failures));
        while (!this.#stopped && performance.now() < until) {
          await this.#signal.wait(until - performance.now());
        }
      }
    }
  }

  async #readAll(): Promise<void> {
    for (let found = true; found && !this.#stopped; ) {
      found = false;
      if (this.#log.epoch !== this.#epoch) {
        // Made anew: what was next is of another log.
        this.#epoch = this.#log.epoch;
        this.#next.fill(0);
      }
      for (let partition = 0; partition < this.#next.length && !this.#stopped; partition += 1) {
        if (await this.#readPartition(partition)) found = true;
      }
      if (this.#isAtEnd(this.#goal)) this.#resolveCaughtUp();
      if (!found && !this.#isAtEnd(this.#log.ends)) {
        found = true;
        await this.#signal.wait(BUSY_RETRY_MS);
      }
    }
  }

  async #readPartition(partition: number): Promise<boolean> {
    const from = this.#next[partition] ?? 0;
    if (from >= (this.#log.ends[partition] ?? 0)) return false;
    const records = await this.#log.read(partition, from, READ_RECORDS, READ_BYTES);
    const last = records.at(-1);
    if (last === undefined) return false;
    await this.#options.onRecords(records);
    this.#next[partition] = Number(last.offset) + 1;
    return true;
  }
}
