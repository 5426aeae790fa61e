import type { BusRecord, PartitionBatch } from '@fluxrouter/event-bus';
import type { DeadRow, Table } from './clickhouse/tables.ts';
import type { UsageRow } from './clickhouse/usage-row.ts';
import { toDeadRow } from './dead-row.ts';
import { HeldRecords } from './held-records.ts';
import type { insertUntilTaken } from './insert-until-taken.ts';
import { pipeline } from './pipeline.ts';
import { type Cut, cutToken, doneNote, planNote, readPlan } from './planned-cut.ts';
import type { MeteringMetrics } from './ports.ts';
import { checkTexts } from './steps/check-texts.ts';
import { decodeEvent, type LogRecord } from './steps/decode-event.ts';
import { toUsageRow } from './steps/to-usage-row.ts';
import { upcastEvent } from './steps/upcast-event.ts';

export const meteringSteps = (usageTable: Table<UsageRow>, metrics: MeteringMetrics) =>
  pipeline<LogRecord>()
    .step(decodeEvent())
    .step(upcastEvent())
    .step(checkTexts((count) => metrics.textsWithheld(count)))
    .step(toUsageRow())
    .into(usageTable);

export interface UsageConsumerParts {
  readonly steps: ReturnType<typeof meteringSteps>;
  readonly deadTable: Table<DeadRow>;
  readonly insert: ReturnType<typeof insertUntilTaken>;
  readonly metrics: MeteringMetrics;
}

/**
 * Bus → ClickHouse, each record's row exactly once. For a cut [s, e) of a partition:
 *
 *  1. commit s with the note "planned up to e"
 *  2. insert the rows of exactly [s, e), under a token made of s and e, until it succeeds
 *  3. commit e
 *
 * A crash before 1: nothing happened; the next owner cuts as it likes. Between 1 and 2, within 2, or
 * between 2 and 3: the next owner is delivered from s, finds the note, collects exactly [s, e) and
 * goes on at 2; ClickHouse knows the token if the rows were in. After 3: done. Whoever was taken for
 * dead and inserts late inserts the same cut under the same token, and his commit is refused.
 */
export function consumeUsage(parts: UsageConsumerParts) {
  const held = new HeldRecords();
  return async function consumeUsage(batch: PartitionBatch): Promise<void> {
    const records = held.with(batch);
    const plan = readPlan(batch.committed, batch.epoch);
    if (plan !== null && !reaches(records, plan.end)) {
      held.keep(batch, records);
      return;
    }
    const planned = plan === null ? [] : records.filter((record) => record.offset < plan.end);
    await writeCut(parts, batch, planned, plan);
    await writeCut(parts, batch, records.slice(planned.length), null);
    held.release(batch);
  };
}

/** Offsets may have gaps, so a later record also tells that the cut is all there. */
function reaches(records: readonly BusRecord[], end: bigint): boolean {
  return (records.at(-1)?.offset ?? -1n) + 1n >= end;
}

async function writeCut(
  parts: UsageConsumerParts,
  batch: PartitionBatch,
  records: readonly BusRecord[],
  plan: Cut | null,
): Promise<void> {
  const [first, last] = [records[0], records.at(-1)];
  if (first === undefined || last === undefined) return;
  const cut = plan ?? { start: first.offset, end: last.offset + 1n };
  const { rows, dead } = parts.steps.run(records.map((record) => ({ record, epoch: batch.epoch })));
  if (rows.length + dead.length > 0) {
    // 1.
    if (plan === null) {
      await batch.commit(cut.start, planNote(cut, batch.epoch, first.appendedAtMs));
    }
    // 2.
    await insertRows(parts, batch, cut, rows, dead);
  }
  // 3.
  await batch.commit(cut.end, doneNote(last.appendedAtMs));
}

async function insertRows(
  { steps, deadTable, insert, metrics }: UsageConsumerParts,
  batch: PartitionBatch,
  cut: Cut,
  rows: readonly UsageRow[],
  dead: readonly { record: LogRecord; reason: string }[],
): Promise<void> {
  const token = cutToken(batch, cut);
  const isStale = () => batch.isStale();
  if (dead.length > 0) {
    const deadRows = dead.map(({ record, reason }) => toDeadRow(record, reason));
    await insert(deadTable, deadRows, `${token}/dead`, isStale);
    for (const { reason } of dead) metrics.deadLettered(reason, 1);
  }
  if (rows.length > 0) {
    const start = performance.now();
    await insert(steps.table, rows, token, isStale);
    metrics.batchInserted(performance.now() - start);
    metrics.rowsInserted(rows.length);
  }
}
