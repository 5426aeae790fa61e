import {
  type BusRecord,
  type CommittedOffset,
  type OutgoingRecord,
  type PartitionBatch,
  StaleOwnerError,
} from '@fluxrouter/event-bus';

/** One partition of a log and its group's commit, delivered by hand: a bus that does what it is told. */
export class MemoryPartition {
  readonly topic = 'flux.usage.v1';
  readonly partition = 3;
  epoch = 'epoch-a';
  readonly log: BusRecord[] = [];
  committed: CommittedOffset | null = null;
  /** Every commit, in order. */
  readonly commits: CommittedOffset[] = [];
  #owner = 0;

  append(records: readonly OutgoingRecord[]): void {
    for (const { key, value, headers = {} } of records) {
      const offset = BigInt(this.log.length);
      const { topic, partition } = this;
      const appendedAtMs = 1_000_000 + Number(offset);
      this.log.push({ topic, partition, offset, key, value, headers, appendedAtMs });
    }
  }

  /** Another member has the partition now: batches made before are stale. */
  changeOwner(): void {
    this.#owner += 1;
  }

  /** What a delivery of [from, to) would be. */
  batch(from: number, to = this.log.length): PartitionBatch {
    const owner = this.#owner;
    const isStale = () => owner !== this.#owner;
    const committed = () => this.committed;
    const { topic, partition, epoch } = this;
    return {
      topic,
      partition,
      epoch,
      records: this.log.slice(from, to),
      endOffset: BigInt(to),
      get committed() {
        return committed();
      },
      commit: async (offset, metadata) => {
        if (isStale()) throw new StaleOwnerError('metering', topic, partition);
        this.committed = { offset, metadata };
        this.commits.push(this.committed);
      },
      isStale,
    };
  }

  /** Delivered as after a start: from the commit. */
  batchFromCommit(to = this.log.length): PartitionBatch {
    return this.batch(Number(this.committed?.offset ?? 0n), to);
  }
}
