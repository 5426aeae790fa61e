import { decideOverGrpc, type RouterConfig, routerConfig, startRouter } from '@fluxrouter/router';
import { serveDecisions } from '@fluxrouter/service-kit/grpc';
import type { ModuleContext, RunningModule } from '../module-context.ts';

export const schema = routerConfig;

export async function start(context: ModuleContext): Promise<RunningModule> {
  const { catalogue, rateCards, servableProviders } = context.need('catalogue');
  const config = context.config as unknown as RouterConfig;
  const servable = (model: string) => {
    const provider = catalogue.models.get(model)?.provider;
    return provider !== undefined && servableProviders.has(provider);
  };
  const router = startRouter({ config, catalogue, rateCards, servable });
  const onFault = (err: unknown) => context.log.error({ err }, 'A decision met a fault of ours');
  const service = serveDecisions(decideOverGrpc(router), onFault);
  return { provides: { router }, serves: service, drain: () => service.drain() };
}
