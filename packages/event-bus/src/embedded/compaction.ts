import { setImmediate as nextTurn } from 'node:timers/promises';
import { whenNotBusy } from '../sqlite/index.ts';
import type { PartitionTable } from './partition-table.ts';
import { type BatchRow, decodeBatch, encodeBatch, recordLength } from './record-batch.ts';

const ROWS_A_TURN = 16;
/** The first record of a partition is `TopicBorn`: it stays, whatever keys there are. */
const FIRST_OFFSET_THAT_MAY_GO = 1;

/** A file whose tables can be changed; `transaction` may throw `isBusy`. */
export interface CompactedFile {
  readonly tables: readonly PartitionTable[];
  transaction(work: () => void): void;
}

/**
 * Deletes records that a later one of their key and partition supersedes. Offsets stay, the last
 * record of a partition always does too. Works a few rows a turn; several processes may do it at
 * once, since what is superseded for one is so for all; it may also end half-way. Returns how many
 * records are left.
 */
export async function compactTopic(file: CompactedFile, signal: AbortSignal): Promise<number> {
  let left = 0;
  for (const table of file.tables) left += await compactPartition(file, table, signal);
  return left;
}

async function compactPartition(
  file: CompactedFile,
  table: PartitionTable,
  signal: AbortSignal,
): Promise<number> {
  const lastOffsets = new Map<string, bigint>();
  for await (const row of allRows(table, signal)) {
    for (const { key, offset } of decodeBatch(row, 0)) lastOffsets.set(key, offset);
  }
  let left = 0;
  for await (const row of allRows(table, signal)) {
    const records = decodeBatch(row, 0);
    const kept = records.filter(
      ({ key, offset }) =>
        offset < FIRST_OFFSET_THAT_MAY_GO || offset >= (lastOffsets.get(key) ?? 0n),
    );
    left += kept.length;
    if (kept.length === records.length) continue;
    const deltas = kept.map(({ offset }) => Number(offset) - row.base);
    const length = kept.reduce((sum, record) => sum + recordLength(record), 0);
    const body = kept.length === 0 ? null : encodeBatch(kept, deltas, length);
    await whenNotBusy(() => file.transaction(() => table.replace(row.base, body)));
  }
  return left;
}

async function* allRows(table: PartitionTable, signal: AbortSignal): AsyncGenerator<BatchRow> {
  for (let base = 0; !signal.aborted; ) {
    const rows = await whenNotBusy(() => table.rows(base, ROWS_A_TURN));
    yield* rows;
    if (rows.length < ROWS_A_TURN) return;
    base = (rows.at(-1)?.base ?? base) + 1;
    await nextTurn();
  }
}
