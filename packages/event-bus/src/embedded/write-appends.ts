import { partitionOfKey } from '../key-partition.ts';
import type { OutgoingRecord } from '../port.ts';
import type { QueuedAppend } from './append-queue.ts';
import type { PartitionTable } from './partition-table.ts';
import { encodeBatch } from './record-batch.ts';

/** A row's size: small enough that a reader with a small limit does not decode much in vain. */
const ROW_BYTES_MAX = 64 * 1024;
const WAL_BYTES_A_ROW = 4_200;

interface OpenRow {
  base: number;
  length: number;
  records: OutgoingRecord[];
}

/**
 * Writes the appends' records as rows, one for each partition (more where they are large), inside
 * the caller's transaction. `ends` is what is there; the new ends go to `newEnds`, so that a
 * rollback needs no repair. Returns about how many bytes the WAL grew by.
 */
export function writeAppends(
  tables: readonly PartitionTable[],
  ends: readonly number[],
  newEnds: number[],
  appends: readonly QueuedAppend[],
): number {
  const appendedAtMs = Date.now();
  const open = new Map<number, OpenRow>();
  let walBytes = 0;

  const close = (partition: number, row: OpenRow) => {
    const body = encodeBatch(row.records, null, row.length);
    tables[partition]?.insert(row.base, row.base + row.records.length, appendedAtMs, body);
    walBytes += body.length + WAL_BYTES_A_ROW;
  };

  for (const { records, lengths, positions } of appends) {
    for (let i = 0; i < records.length; i += 1) {
      const record = records[i] as OutgoingRecord;
      const length = lengths[i] as number;
      const partition = partitionOfKey(record.key, tables.length);
      const offset = newEnds[partition] ?? ends[partition] ?? 0;
      let row = open.get(partition);
      if (row !== undefined && row.length + length > ROW_BYTES_MAX) {
        close(partition, row);
        row = undefined;
      }
      if (row === undefined) {
        row = { base: offset, length: 0, records: [] };
        open.set(partition, row);
      }
      row.records.push(record);
      row.length += length;
      newEnds[partition] = offset + 1;
      positions.push({ partition, offset: BigInt(offset) });
    }
  }
  for (const [partition, row] of open) close(partition, row);
  return walBytes;
}
