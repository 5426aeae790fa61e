import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import type { PartitionBatch } from '@fluxrouter/event-bus';
import { TOPICS } from '@fluxrouter/events';
import type { ClickHouse } from './clickhouse/connect.ts';
import { isConnectionError } from './clickhouse/engine-error.ts';
import { meteringTables } from './clickhouse/metering-tables.ts';
import { migrate } from './clickhouse/migrate.ts';
import { completeUntilReader, lagRecords } from './complete-until.ts';
import type { MeteringConfig } from './config.ts';
import { consumeUsage, meteringSteps } from './consume-usage.ts';

import type { Log, MeteringBus, MeteringMetrics, ReconcilerMetrics } from './ports.ts';
import { publishQuarantined } from './publish-quarantined.ts';
import { type ReconcilerReport, startReconciler } from './reconcile/start-reconciler.ts';
import { countingMetrics, type MeteringCounts } from './stats.ts';
import { CutAbandonedError, untilTaken } from './until-taken.ts';

export interface MeteringParts {
  readonly bus: MeteringBus;
  readonly clickhouse: ClickHouse;
  readonly config: MeteringConfig;
  readonly log: Log;
  readonly metrics?: MeteringMetrics;
  readonly reconcilerMetrics?: ReconcilerMetrics;
}

export interface Metering {
  /** All that was received before this time (ms since 1970) is in ClickHouse. */
  completeUntil(): Promise<number>;
  stats(): Promise<MeteringCounts & { lagRecords: number }>;
  /** Whether log and ClickHouse say the same. */
  reconciliation(): ReconcilerReport;
  /** Ends after the insert that is under way; what was not inserted comes again at the next start. */
  stop(): Promise<void>;
}

const GROUP = 'metering';
const TOPIC = TOPICS.usage.name;

/** Up to when all is in ClickHouse, asked of the bus: anywhere, not only where metering runs. */
export const usageCompleteUntil = (bus: MeteringBus, requestLifeMsMax: number) =>
  completeUntilReader(bus, { group: GROUP, topic: TOPIC, requestLifeMsMax });

/** Brings the tables up to date, then consumes the usage topic until stopped. */
export async function startMetering(parts: MeteringParts): Promise<Metering> {
  const { bus, clickhouse, config, log } = parts;
  await migrateOnceThere(clickhouse.client, config, log);
  await bus.ensureTopics([TOPICS.usage, TOPICS.usageDead]);
  const stopping = new AbortController();
  const { counts, metrics } = countingMetrics(parts.metrics);
  const tables = meteringTables(clickhouse.client);
  const quarantine = publishQuarantined(tables.dead, bus);
  const consume = consumeUsage({
    steps: meteringSteps({ ...tables, dead: quarantine }, metrics),
    untilTaken: untilTaken(config, log, metrics, stopping.signal),
    metrics,
  });
  const consumer = await bus.consume({
    group: GROUP,
    topics: [TOPIC],
    maxBatchRecords: config.batchRecordsMax,
    maxBatchBytes: config.batchBytesMax,
    lingerMs: config.lingerMs,
    handle: restingAfter(consume, config, stopping.signal),
    onError(error) {
      if (error instanceof CutAbandonedError) return;
      log.error({ topic: TOPIC, err: error }, 'metering could not handle a batch');
    },
  });
  const reconciler = await startReconciler({
    ...{ bus, client: clickhouse.client, log, topic: TOPIC, meteringGroup: GROUP },
    ...{ everyMs: config.reconcileEveryMs, stallMs: config.reconcileStallMs },
    gapMs: Math.max(60_000, 3 * config.reconcileEveryMs),
    metrics: parts.reconcilerMetrics ?? {
      compared() {},
      different() {},
      stalled() {},
      notShipped() {},
    },
  });
  return {
    completeUntil: usageCompleteUntil(bus, config.requestLifeMsMax),
    stats: async () => ({ ...counts, lagRecords: await lagRecords(bus, GROUP, TOPIC) }),
    reconciliation: () => reconciler.report(),
    async stop() {
      stopping.abort();
      await Promise.all([consumer.stop(), reconciler.stop()]);
    },
  };
}

/** Waits for a server that is not there yet; what ClickHouse says once it is there counts. */
async function migrateOnceThere(
  client: ClickHouseClient,
  { retryMsMax }: MeteringConfig,
  log: Log,
): Promise<void> {
  for (let retryMs = 100; ; retryMs = Math.min(2 * retryMs, retryMsMax)) {
    try {
      await migrate(client);
      return;
    } catch (error) {
      if (!isConnectionError(error)) throw error;
      log.warn({ err: error, retryMs }, 'ClickHouse cannot be reached');
      await sleep(retryMs);
    }
  }
}

/**
 * After a batch that was not full a partition rests nine times as long as the batch took: records
 * that trickle in collect meanwhile, and inserting takes a tenth of its time. The first record after
 * a silence is inserted at once.
 */
function restingAfter(
  handle: (batch: PartitionBatch) => Promise<void>,
  { batchRecordsMax, restMsMax }: MeteringConfig,
  stopping: AbortSignal,
) {
  return async function handleThenRest(batch: PartitionBatch): Promise<void> {
    const start = performance.now();
    await handle(batch);
    if (batch.records.length >= batchRecordsMax || stopping.aborted) return;
    const restMs = Math.min(restMsMax, 9 * (performance.now() - start));
    await sleep(restMs, undefined, { signal: stopping }).catch(() => {});
  };
}
