import type { BusRecord, PartitionBatch } from '@fluxrouter/event-bus';
import { toDeadRow } from './dead-row.ts';
import { HeldRecords } from './held-records.ts';
import { pipeline } from './pipeline.ts';
import { type Cut, cutToken, doneNote, planNote, readPlan } from './planned-cut.ts';
import type { MeteringMetrics } from './ports.ts';
import { checkTexts } from './steps/check-texts.ts';
import { decodeEvent, type LogRecord } from './steps/decode-event.ts';
import { toUsageRow } from './steps/to-usage-row.ts';
import { upcastEvent } from './steps/upcast-event.ts';
import type { UntilTaken } from './until-taken.ts';
import { type CutRows, type MeteringTables, writeCut } from './write-cut.ts';

export const meteringSteps = (tables: MeteringTables, metrics: MeteringMetrics) =>
  pipeline<LogRecord>()
    .step(decodeEvent())
    .step(upcastEvent())
    .step(checkTexts((count) => metrics.textsWithheld(count)))
    .step(toUsageRow())
    .into(tables);

export interface UsageConsumerParts {
  readonly steps: ReturnType<typeof meteringSteps>;
  readonly untilTaken: UntilTaken;
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
 * goes on at 2, unsure of what is there: it asks, and inserts the rest under the same token.
 * After 3: done. Whoever was taken for dead and inserts late inserts the same cut under the same
 * token, and his commit is refused.
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
    await consumeCut(parts, batch, planned, plan);
    await consumeCut(parts, batch, records.slice(planned.length), null);
    held.release(batch);
  };
}

/** Offsets may have gaps, so a later record also tells that the cut is all there. */
function reaches(records: readonly BusRecord[], end: bigint): boolean {
  return (records.at(-1)?.offset ?? -1n) + 1n >= end;
}

async function consumeCut(
  { steps, untilTaken, metrics }: UsageConsumerParts,
  batch: PartitionBatch,
  records: readonly BusRecord[],
  plan: Cut | null,
): Promise<void> {
  const [first, last] = [records[0], records.at(-1)];
  if (first === undefined || last === undefined) return;
  const cut = plan ?? { start: first.offset, end: last.offset + 1n };
  // 1.
  if (plan === null) await batch.commit(cut.start, planNote(cut, batch.epoch, first.appendedAtMs));
  // 2.
  const token = cutToken(batch, cut);
  const startedAt = performance.now();
  const isStale = () => batch.isStale();
  // Made when it is their turn: of all partitions that wait there are only the records.
  let made: CutRows | undefined;
  const rows = () => (made ??= toCutRows(steps, records, batch.epoch));
  await untilTaken(token, isStale, (tries) =>
    writeCut(steps.table, rows(), token, plan !== null || tries > 0),
  );
  count(metrics, rows(), performance.now() - startedAt);
  // 3.
  await batch.commit(cut.end, doneNote(last.appendedAtMs));
}

function toCutRows(
  steps: UsageConsumerParts['steps'],
  records: readonly BusRecord[],
  epoch: string,
): CutRows {
  const { rows, dead } = steps.run(records.map((record) => ({ record, epoch })));
  return { rows, dead: dead.map(({ record, reason }) => toDeadRow(record, reason)) };
}

function count(metrics: MeteringMetrics, { rows, dead }: CutRows, durationMs: number): void {
  if (rows.length + dead.length === 0) return;
  metrics.batchInserted(durationMs);
  metrics.rowsInserted(rows.length);
  for (const { reason } of dead) metrics.deadLettered(reason, 1);
}
