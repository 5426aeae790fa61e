import { operatorRoutes } from '@fluxrouter/ingress';
import { z } from 'zod';
import type { ModuleContext, RunningModule } from '../module-context.ts';

export const schema = z.object({});

/** Operators' look-ups on the gateway's admin port: once a gateway, however many workers it has. */
export async function start(context: ModuleContext): Promise<RunningModule> {
  return { routes: operatorRoutes(context.need('query'), context.audit) };
}
