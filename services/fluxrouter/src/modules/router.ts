import { type RouterConfig, routerConfig, startRouter } from '@fluxrouter/router';
import type { ModuleContext, RunningModule } from '../module-context.ts';

export const schema = routerConfig;

export async function start(context: ModuleContext): Promise<RunningModule> {
  const { catalogue, rateCards, providers } = context.need('gatewayCore');
  const config = context.config as unknown as RouterConfig;
  const servable = (model: string) => {
    const provider = catalogue.models.get(model)?.provider;
    return provider !== undefined && providers.has(provider);
  };
  const router = startRouter({ config, catalogue, rateCards, servable });
  // A gateway's own events pass it on their way to the bus; with other workers there are others' too.
  if (context.config.gatewayWorker > 0) await router.health.follow(context.bus);
  return { provides: { router }, stop: () => router.health.stop() };
}
