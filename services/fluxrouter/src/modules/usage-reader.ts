import {
  connectClickHouse,
  type MeteringConfig,
  meteringConfig,
  usageCompleteUntil,
} from '@fluxrouter/metering';
import type { ModuleContext, RunningModule } from '../module-context.ts';

export const schema = meteringConfig.pick({
  clickhouseUrl: true,
  clickhouseTimeoutMs: true,
  requestLifeMsMax: true,
});

/** The usage tables for a query whose metering is in another process. */
export async function start({ bus, config }: ModuleContext): Promise<RunningModule> {
  const {
    clickhouseUrl,
    clickhouseTimeoutMs: timeoutMs,
    requestLifeMsMax,
  } = config as unknown as MeteringConfig;
  if (clickhouseUrl === undefined)
    throw new Error('query without metering reads a server: set CLICKHOUSE_URL to where it is');
  const { client, close } = await connectClickHouse({ url: clickhouseUrl, timeoutMs });
  return {
    async check() {
      const { success } = await client.ping({ select: false });
      return { ready: success, detail: { clickhouse: success } };
    },
    provides: {
      usageTables: { client, completeUntil: usageCompleteUntil(bus, requestLifeMsMax) },
    },
    stop: () => close(),
  };
}
