import {
  decideOverGrpc,
  type RouterConfig,
  routerConfig,
  startRouter,
  toolsOverGrpc,
} from '@fluxrouter/router';
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
  const { health } = router;
  // The events of this process pass it on their way to the bus; where there are others, all come by it.
  const isAlone = context.isHere('journal') && context.config.gatewayWorker === 0;
  if (isAlone) context.need('shipped').listen((type, value) => health.note(type, value));
  else await health.follow(context.bus);
  const onFault = (err: unknown) => context.log.error({ err }, 'A decision met a fault of ours');
  const service = serveDecisions(decideOverGrpc(router), toolsOverGrpc(router), onFault);
  return {
    provides: { router, breakerHealth: health },
    serves: service,
    drain: () => service.drain(),
    stop: () => health.stop(),
  };
}
