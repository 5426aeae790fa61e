import {
  type DeadRow,
  type ForgivingTable,
  type PointerRow,
  pointersOf,
} from './clickhouse/forgiving-tables.ts';
import type { UsageRow } from './clickhouse/usage-row.ts';
import type { UsageTable } from './clickhouse/usage-table.ts';

export interface MeteringTables {
  readonly usage: UsageTable;
  readonly pointers: ForgivingTable<PointerRow>;
  readonly dead: ForgivingTable<DeadRow>;
}

export interface CutRows {
  readonly rows: readonly UsageRow[];
  readonly dead: readonly DeadRow[];
}

/**
 * Puts a cut into its tables, each row once, whatever part of it is there already.
 *
 * @param unsure it may have been tried before, by us or by a predecessor.
 */
export async function writeCut(
  tables: MeteringTables,
  { rows, dead }: CutRows,
  token: string,
  unsure: boolean,
): Promise<void> {
  const writes: Promise<void>[] = [];
  if (dead.length > 0) writes.push(tables.dead.insert(dead));
  if (rows.length > 0) {
    writes.push(tables.pointers.insert(pointersOf(rows)));
    writes.push(writeUsage(tables.usage, rows, token, unsure));
  }
  // To the end of all: nothing of one try may run on into the next.
  const settled = await Promise.allSettled(writes);
  const failed = settled.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/**
 * ClickHouse remembers only so many tokens: whoever repeats an insert asks first what is there. The
 * token keeps off an insert that is still on its way. The tokens of further repetitions are the same
 * for whoever repeats: two of them do no harm either.
 */
async function writeUsage(
  table: UsageTable,
  rows: readonly UsageRow[],
  token: string,
  unsure: boolean,
): Promise<void> {
  let left = unsure ? await table.absent(rows) : rows;
  if (left.length > 0) await table.insert(left, token);
  if (!unsure) return;
  left = await table.missing(left);
  for (let again = 1; left.length > 0; again++) {
    await table.insert(left, `${token}/again-${again}`);
    left = await table.missing(left);
  }
}
