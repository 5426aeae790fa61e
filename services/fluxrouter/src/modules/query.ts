import { QueryService } from '@fluxrouter/generated/query';
import { makeQuery } from '@fluxrouter/query';
import { z } from 'zod';
import type { ModuleContext, RunningModule } from '../module-context.ts';

export const schema = z.object({});

export async function start(context: ModuleContext): Promise<RunningModule> {
  const { client, completeUntil } = context.need('usageTables');
  const query = makeQuery({ clickhouse: client, completeUntil });
  return {
    provides: { query },
    serves: { definition: QueryService, implementation: query },
  };
}
