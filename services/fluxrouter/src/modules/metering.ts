import { join } from 'node:path';
import {
  connectClickHouse,
  type MeteringConfig,
  meteringConfig,
  serveChdb,
  startMetering,
} from '@fluxrouter/metering';
import { meteringMetricNames, meteringMetrics } from '../metering-metrics.ts';
import type { ModuleContext, RunningModule } from '../module-context.ts';

export const schema = meteringConfig;

/** After a kill the directory's lock is free at once; a slow end of the one before takes a while. */
const lockWaitMs = 20_000;

export async function start(context: ModuleContext): Promise<RunningModule> {
  const { bus, log, metrics } = context;
  const config = context.config as unknown as MeteringConfig & ModuleContext['config'];
  const clickhouse = await connectClickHouse({
    url: config.clickhouseUrl,
    chdbPath: config.chdbPath ?? join(config.dataDir, 'clickhouse'),
    lockWaitMs,
  });
  const metering = await startMetering({
    bus,
    clickhouse,
    config,
    log,
    metrics: meteringMetrics(metrics),
  });
  const { chdbHttpPort: port, grpcHost: host, serviceToken } = config;
  const reads =
    port === undefined || clickhouse.kind !== 'chdb' || serviceToken === undefined
      ? undefined
      : await serveChdb({ clickhouse, host, port, token: serviceToken.reveal() });
  const lagRecords = async () => (await metering.stats()).lagRecords;
  metrics.gauge({
    name: meteringMetricNames.lagRecords,
    help: 'Records in the log that are not in ClickHouse yet',
    collect: lagRecords,
  });
  return {
    async check() {
      const { success } = await clickhouse.client.ping({ select: true });
      return {
        ready: success,
        detail: { engine: clickhouse.kind, lagRecords: await lagRecords() },
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
