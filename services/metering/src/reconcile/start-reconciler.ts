import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Consumer, PartitionBatch } from '@fluxrouter/event-bus';
import { TOPICS } from '@fluxrouter/events';
import type { Log, MeteringBus, ReconcilerMetrics } from '../ports.ts';
import { readLog } from './read-log.ts';
import { type Reconciled, reconcileRange } from './reconcile-range.ts';
import { readUpToMs, SequenceGaps } from './sequence-gaps.ts';
import { type LogRange, storedSums } from './stored-sums.ts';
import { addTo, type Difference, type HourlySums } from './sums.ts';

export interface ReconcilerParts {
  readonly bus: MeteringBus;
  readonly client: ClickHouseClient;
  readonly log: Log;
  readonly metrics: ReconcilerMetrics;
  readonly topic: string;
  /** Whose commits say what is in ClickHouse. */
  readonly meteringGroup: string;
  readonly everyMs: number;
  /** Traffic for so long, and nothing of it in ClickHouse: an alarm. */
  readonly stallMs: number;
  /** So long may pass between a journal's event and one with a lower number. */
  readonly gapMs: number;
}

/** A difference between log and ClickHouse that was found since the start of this process. */
export interface FoundDifference extends Difference {
  readonly partition: number;
}

/** For /readyz: what an operator has to look at, if anything. */
export interface ReconcilerReport {
  /** `ok`, `stalled` (traffic but no inserts) or `different` (which stays until a restart, but for events that come late). */
  readonly state: 'ok' | 'stalled' | 'different';
  readonly recordsCompared: number;
  readonly recordsMissing: number;
  readonly stalledPartitions: readonly number[];
  /** Events that journals have numbered and that are not in the log: fewer again when they come late. */
  readonly eventsNotShipped: number;
  /** The latest ones. */
  readonly differences: readonly FoundDifference[];
}

export interface Reconciler {
  report(): ReconcilerReport;
  /** What was compared since the start, by partition and hour. */
  totals(): ReadonlyMap<number, { log: HourlySums; table: HourlySums }>;
  stop(): Promise<void>;
}

const GROUP = 'reconciler';
const BATCH_RECORDS = 5_000;
const BATCH_BYTES = 8 * 1024 * 1024;
const ASK_EVERY_MS = 250;
const TRIES = 3;
const DIFFERENCES_KEPT = 20;
const HOURS_KEPT = 48;

/**
 * Always on: reads the log by itself, waits until metering says that a range is in ClickHouse, and
 * compares counts and sums. It changes nothing. Its place in the log is committed, so a restart goes
 * on where it was; several processes share the partitions.
 */
export async function startReconciler(parts: ReconcilerParts): Promise<Reconciler> {
  const { bus, client, log, metrics, topic, everyMs } = parts;
  const stopping = new AbortController();
  const { signal } = stopping;
  const stored = storedSums(client);
  const found: FoundDifference[] = [];
  const stalled = new Map<number, number>();
  const totals = new Map<number, { log: HourlySums; table: HourlySums }>();
  let gaps = new SequenceGaps(parts.gapMs, (await hasReadBefore(bus, topic)) ? Date.now() : 0);
  const readMs = new Map<number, number>();
  let consumer: Consumer | undefined;
  let [compared, missing] = [0, 0];

  async function handle(batch: PartitionBatch): Promise<void> {
    const { epoch, partition, records, endOffset } = batch;
    if (!(await untilInserted(batch))) return;
    const start = records[0]?.offset ?? endOffset;
    const range = { topic, epoch, partition, start, end: endOffset };
    const logged = readLog(records);
    let result = await reconcileRange(range, logged, stored);
    for (let tries = 1; tries < TRIES && isWrong(result) && !signal.aborted; tries += 1) {
      // What another process has just inserted may take a moment to be seen.
      await sleep(ASK_EVERY_MS, undefined, { signal }).catch(() => {});
      result = await reconcileRange(range, logged, stored);
    }
    if (signal.aborted || batch.isStale()) return;
    note(range, result);
    noteSequences(partition, records);
    compared += records.length;
    metrics.compared(records.length);
    await batch.commit(endOffset, '');
    await tellGaps();
    // A full batch: there is more, and the comparison must not fall behind the traffic.
    if (records.length >= BATCH_RECORDS) return;
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }

  /** False where it was not waited for to the end. */
  async function untilInserted(batch: PartitionBatch): Promise<boolean> {
    const { partition, endOffset } = batch;
    const since = performance.now();
    let before = -1n;
    let movedAt = since;
    for (;;) {
      if (signal.aborted || batch.isStale()) return forget(partition, false);
      const committed = await bus.committed(parts.meteringGroup, topic);
      const offset = committed.get(partition)?.offset ?? 0n;
      if (offset >= endOffset) return forget(partition, true);
      if (offset > before) movedAt = performance.now();
      before = offset;
      if (performance.now() - movedAt > parts.stallMs) alarmStalled(partition, Number(offset));
      await sleep(ASK_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }

  function forget(partition: number, isInserted: boolean): boolean {
    if (stalled.delete(partition)) metrics.stalled(stalled.size);
    return isInserted;
  }

  function alarmStalled(partition: number, offset: number): void {
    if (stalled.has(partition)) return;
    stalled.set(partition, offset);
    metrics.stalled(stalled.size);
    log.error({ topic, partition, offset }, 'There is traffic, and nothing is inserted');
  }

  /** Who reads some of the partitions only cannot tell. */
  function noteSequences(partition: number, records: PartitionBatch['records']): void {
    readMs.set(partition, records.at(-1)?.appendedAtMs ?? 0);
    const owned = consumer?.assigned().get(topic)?.length ?? 0;
    if (owned < TOPICS.usage.partitions) {
      gaps = new SequenceGaps(parts.gapMs, Date.now());
      metrics.notShipped(0);
      return;
    }
    for (const { headers, appendedAtMs } of records) {
      const { journal, sequence } = headers;
      if (journal !== undefined) gaps.note(journal, Number(sequence), appendedAtMs);
    }
  }

  async function tellGaps(): Promise<void> {
    const askedAtMs = Date.now();
    const committed = await bus.committed(GROUP, topic);
    const upToMs = readUpToMs(committed, await bus.endOffsets(topic), readMs, askedAtMs);
    for (const { journal, first, missing: count } of gaps.take(upToMs)) {
      log.error({ journal, first, missing: count }, 'Events of a journal are not in the log');
    }
    metrics.notShipped(gaps.missing);
  }

  function note({ partition, start, end }: LogRange, result: Reconciled): void {
    const sums = totals.get(partition) ?? { log: new Map(), table: new Map() };
    totals.set(partition, sums);
    for (const [hour, one] of result.log) addTo(sums.log, hour, one);
    for (const [hour, one] of result.table) addTo(sums.table, hour, one);
    for (const side of [sums.log, sums.table])
      while (side.size > HOURS_KEPT) side.delete(Math.min(...side.keys()));
    missing += result.missing;
    if (!isWrong(result)) return;
    metrics.different(result.missing);
    for (const difference of result.differences) {
      found.push({ ...difference, partition });
      const { hour, name, log: inLog, table } = difference;
      const sides = { inLog, inClickHouse: table };
      log.error({ topic, partition, hour, name, ...sides }, 'Log and ClickHouse differ');
    }
    if (result.missing > 0)
      log.error(
        { topic, partition, start, end, missing: result.missing },
        'Records of the log are not in ClickHouse',
      );
    found.splice(0, found.length - DIFFERENCES_KEPT);
  }

  function stateNow(): ReconcilerReport['state'] {
    if (found.length + missing + gaps.missing > 0) return 'different';
    return stalled.size > 0 ? 'stalled' : 'ok';
  }

  consumer = await bus.consume({
    ...{ group: GROUP, topics: [topic], lingerMs: Math.min(everyMs, 1_000) },
    ...{ maxBatchRecords: BATCH_RECORDS, maxBatchBytes: BATCH_BYTES, handle },
    onError(error) {
      if (!signal.aborted) log.error({ topic, err: error }, 'The reconciler could not compare');
    },
  });
  return {
    report: () => ({
      state: stateNow(),
      recordsCompared: compared,
      recordsMissing: missing,
      eventsNotShipped: gaps.missing,
      stalledPartitions: [...stalled.keys()],
      differences: [...found],
    }),
    totals: () => totals,
    async stop() {
      stopping.abort();
      await consumer?.stop();
    },
  };
}

/** Of each partition another part: what journals had numbered before is known in part only. */
async function hasReadBefore(bus: MeteringBus, topic: string): Promise<boolean> {
  // Kafka may have gone just now: then the cautious answer.
  const committed = await bus.committed(GROUP, topic).catch(() => undefined);
  return committed?.size !== 0;
}

const isWrong = ({ differences, missing }: Reconciled) => differences.length > 0 || missing > 0;
