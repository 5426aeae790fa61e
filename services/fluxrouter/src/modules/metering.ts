import { join } from 'node:path';
import {
  connectClickHouse,
  type MeteringConfig,
  meteringConfig,
  type ReconcilerReport,
  serveChdb,
  startMetering,
} from '@fluxrouter/metering';
import { meteringMetrics, reconcilerMetrics } from '../metering-metrics.ts';
import type { ModuleContext, RunningModule } from '../module-context.ts';

export const schema = meteringConfig;

/** After a kill the directory's lock is free at once; a slow end of the one before takes a while. */
const lockWaitMs = 20_000;

/** Shorter than the 2 s that a check may take: so it is said who did not answer. */
const answerMsMax = 1_500;

export async function start(context: ModuleContext): Promise<RunningModule> {
  const { bus, log, metrics } = context;
  const config = context.config as unknown as MeteringConfig & ModuleContext['config'];
  const clickhouse = await connectClickHouse({
    url: config.clickhouseUrl,
    timeoutMs: config.clickhouseTimeoutMs,
    chdbPath: config.chdbPath ?? join(config.dataDir, 'clickhouse'),
    lockWaitMs,
  });
  const metering = await startMetering({
    bus,
    clickhouse,
    config,
    log,
    metrics: meteringMetrics(metrics),
    reconcilerMetrics: reconcilerMetrics(metrics),
  });
  const { chdbHttpPort: port, grpcHost: host, serviceToken } = config;
  const reads =
    port === undefined || clickhouse.kind !== 'chdb' || serviceToken === undefined
      ? undefined
      : await serveChdb({ clickhouse, host, port, token: serviceToken.reveal() });
  /** Undefined where the bus does not answer: then nothing new can be metered. */
  const lagRecords = () =>
    within(answerMsMax, metering.stats()).then(
      (stats) => stats.lagRecords,
      () => undefined,
    );
  return {
    async check() {
      const [{ success }, lag] = await Promise.all([
        within(answerMsMax, clickhouse.client.ping({ select: true })).catch(() => ({
          success: false,
        })),
        lagRecords(),
      ]);
      return {
        ready: success && lag !== undefined,
        detail: {
          engine: clickhouse.kind,
          clickhouse: success,
          bus: lag !== undefined,
          ...(lag !== undefined && { lagRecords: lag }),
          ...reconcilerDetail(metering.reconciliation()),
        },
      };
    },
    provides: {
      usageTables: {
        client: clickhouse.client,
        completeUntil: () => metering.completeUntil(),
      },
    },
    async stop() {
      await reads?.close();
      await metering.stop();
      await clickhouse.close();
    },
  };
}

/** An alarm does not take the process out of service: what it has is still what can be read. */
function reconcilerDetail(report: ReconcilerReport) {
  const last = report.differences.at(-1);
  return {
    reconciler: report.state,
    recordsMissing: report.recordsMissing,
    eventsNotShipped: report.eventsNotShipped,
    ...(report.stalledPartitions.length > 0 && {
      stalledPartitions: report.stalledPartitions.join(','),
    }),
    ...(last && {
      lastDifference: `${last.name} of partition ${last.partition}, hour ${last.hour}: log ${last.log}, ClickHouse ${last.table}`,
    }),
  };
}

function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('no answer in time')), timeoutMs);
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}
