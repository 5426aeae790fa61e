import {
  type ProviderProxyConfig,
  providerProxyConfig,
  startProviderProxy,
} from '@fluxrouter/provider-proxy';
import { serveAttempts } from '@fluxrouter/service-kit/grpc';
import type { ModuleContext, RunningModule } from '../module-context.ts';

export const schema = providerProxyConfig;

export async function start(context: ModuleContext): Promise<RunningModule> {
  const { log } = context;
  const { catalogue, rateCards, providers } = context.need('catalogue');
  const proxy = startProviderProxy({
    config: context.config as unknown as ProviderProxyConfig,
    catalogue,
    rateCards: new Map(rateCards.map((card) => [card.version, card])),
    providers,
    journal: context.need('journal'),
    ownJournal: !context.isHere('ingress'),
    log,
    metrics: context.metrics,
  });
  const service = serveAttempts(proxy.port, {
    onFault: (err) => log.error({ err }, 'An attempt met a fault of ours'),
  });
  return {
    provides: { providerProxy: proxy.port },
    serves: service,
    drain: () => service.drain(),
    stop: () => proxy.stop(),
  };
}
