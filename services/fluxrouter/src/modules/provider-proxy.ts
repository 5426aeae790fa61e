import {
  type ProviderProxyConfig,
  providerProxyConfig,
  startProviderProxy,
} from '@fluxrouter/provider-proxy';
import type { ModuleContext, RunningModule } from '../module-context.ts';

export const schema = providerProxyConfig;

export async function start(context: ModuleContext): Promise<RunningModule> {
  const { catalogue, rateCards, providers, journal } = context.need('gatewayCore');
  const proxy = startProviderProxy({
    config: context.config as unknown as ProviderProxyConfig,
    catalogue,
    rateCards: new Map(rateCards.map((card) => [card.version, card])),
    providers,
    journal,
    log: context.log,
    metrics: context.metrics,
  });
  return { provides: { providerProxy: proxy }, stop: () => proxy.stop() };
}
