import type { BusRecord, PartitionBatch } from '@fluxrouter/event-bus';

/**
 * Records of a planned cut that did not come in one delivery: kept until the rest is there, because
 * the cut has to be inserted as a whole.
 */
export class HeldRecords {
  readonly #byPartition = new Map<string, readonly BusRecord[]>();

  /** What is held of the partition, and the batch's records, without those that are done. */
  with(batch: PartitionBatch): readonly BusRecord[] {
    const done = batch.committed?.offset ?? 0n;
    const held = this.#byPartition.get(keyOf(batch)) ?? [];
    const first = batch.records[0]?.offset ?? 0n;
    // A partition that went and came back is delivered anew from its commit: nothing held counts.
    const continues = (held.at(-1)?.offset ?? -1n) < first;
    const records = continues ? [...held, ...batch.records] : batch.records;
    return records[0] !== undefined && records[0].offset < done
      ? records.filter((record) => record.offset >= done)
      : records;
  }

  keep(batch: PartitionBatch, records: readonly BusRecord[]): void {
    // A value may be a view into a buffer that the bus uses again.
    const copies = records.map((record) => ({ ...record, value: Uint8Array.from(record.value) }));
    this.#byPartition.set(keyOf(batch), copies);
  }

  release(batch: PartitionBatch): void {
    this.#byPartition.delete(keyOf(batch));
  }
}

const keyOf = ({ topic, epoch, partition }: PartitionBatch) => `${topic}/${epoch}/${partition}`;
