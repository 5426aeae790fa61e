import { StaleOwnerError } from '../bus-errors.ts';
import type { BusRecord, CommittedOffset, ConsumeOptions, PartitionBatch } from '../port.ts';
import { isBusy } from '../sqlite/index.ts';
import { BUSY_RETRY_MS, retryDelayMs } from './backoff.ts';
import type { Claim, GroupMembership, TopicLog } from './storage.ts';
import { WakeSignal } from './wake-signal.ts';

/** Delivers one partition to a handler for as long as its member owns it. */
export class PartitionRunner {
  readonly claim: Claim;
  readonly done: Promise<void>;
  readonly #log: TopicLog;
  readonly #membership: GroupMembership;
  readonly #options: ConsumeOptions;
  readonly #onStale: () => void;
  readonly #signal = new WakeSignal();
  #committed: CommittedOffset | null;
  #stopped = false;
  #stale = false;

  constructor(
    log: TopicLog,
    membership: GroupMembership,
    claim: Claim,
    options: ConsumeOptions,
    onStale: () => void,
  ) {
    this.#log = log;
    this.#membership = membership;
    this.claim = claim;
    this.#committed = claim.committed;
    this.#options = options;
    this.#onStale = onStale;
    this.done = this.#run();
  }

  wake(): void {
    this.#signal.wake();
  }

  /** No further call of the handler; `done` tells when the last one has ended. */
  stop(): void {
    this.#stopped = true;
    this.#signal.wake();
  }

  /** The partition belongs to another member from now on. */
  markStale(): void {
    this.#stale = true;
    this.stop();
  }

  async #run(): Promise<void> {
    let next = Number(this.#committed?.offset ?? 0n);
    for (let failures = 0; !this.#stopped; ) {
      try {
        const records = await this.#nextRecords(next);
        const last = records.at(-1);
        if (last === undefined) continue;
        await this.#deliver(records, last.offset + 1n);
        next = Number(last.offset) + 1;
        failures = 0;
      } catch (error) {
        if (isBusy(error)) {
          await this.#signal.wait(BUSY_RETRY_MS);
          continue;
        }
        failures += 1;
        this.#options.onError?.(error);
        await this.#pause(retryDelayMs(failures));
      }
    }
  }

  /** Waits until there is something; empty only where the runner was stopped. */
  async #nextRecords(from: number): Promise<BusRecord[]> {
    const { maxBatchRecords, maxBatchBytes, lingerMs = 0 } = this.#options;
    const { partition } = this.claim;
    const available = () => (this.#log.ends[partition] ?? 0) - from;
    while (!this.#stopped && available() <= 0) await this.#signal.wait(null);
    if (lingerMs > 0 && available() < maxBatchRecords) {
      const until = performance.now() + lingerMs;
      while (!this.#stopped && available() < maxBatchRecords) {
        const restMs = until - performance.now();
        if (restMs <= 0) break;
        await this.#signal.wait(restMs);
      }
    }
    if (this.#stopped) return [];
    const records = await this.#log.read(partition, from, maxBatchRecords, maxBatchBytes);
    if (records.length === 0) await this.#signal.wait(BUSY_RETRY_MS);
    return records;
  }

  async #deliver(records: readonly BusRecord[], endOffset: bigint): Promise<void> {
    for (let failures = 0; !this.#stopped; ) {
      try {
        await this.#options.handle(this.#batch(records, endOffset));
        return;
      } catch (error) {
        failures += 1;
        this.#options.onError?.(error);
        if (error instanceof StaleOwnerError) return;
        await this.#pause(retryDelayMs(failures));
      }
    }
  }

  #batch(records: readonly BusRecord[], endOffset: bigint): PartitionBatch {
    const { topic, partition } = this.claim;
    const committed = () => this.#committed;
    return {
      topic,
      partition,
      epoch: this.#log.epoch,
      records,
      endOffset,
      get committed() {
        return committed();
      },
      commit: (nextOffset, metadata) => this.#commit(nextOffset, metadata),
      isStale: () => this.#stale,
    };
  }

  async #commit(offset: bigint, metadata: string): Promise<void> {
    const { topic, partition } = this.claim;
    if (this.#stale || !(await this.#membership.commit(this.claim, offset, metadata))) {
      this.markStale();
      this.#onStale();
      throw new StaleOwnerError(this.#options.group, topic, partition);
    }
    this.#committed = { offset, metadata };
  }

  /** A wake does not end it: a failing handler is not called again sooner because records come. */
  async #pause(ms: number): Promise<void> {
    const until = performance.now() + ms;
    for (let rest = ms; rest > 0 && !this.#stopped; rest = until - performance.now()) {
      await this.#signal.wait(rest);
    }
  }
}
