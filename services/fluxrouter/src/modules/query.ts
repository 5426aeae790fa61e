import { QueryService } from '@fluxrouter/generated/query';
import { makeQuery } from '@fluxrouter/query';
import { z } from 'zod';
import type { ModuleContext, RunningModule } from '../module-context.ts';

export const schema = z.object({});

export async function start(context: ModuleContext): Promise<RunningModule> {
  const { clickhouse, metering } = context.need('metering');
  const query = makeQuery({
    clickhouse: clickhouse.client,
    completeUntil: () => metering.completeUntil(),
  });
  return {
    provides: { query },
    serves: { definition: QueryService, implementation: query, at: 'queryAddress' },
  };
}
