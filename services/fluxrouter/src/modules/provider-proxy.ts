import {
  type ProviderProxyConfig,
  providerProxyConfig,
  startProviderProxy,
} from '@fluxrouter/provider-proxy';
import type { ModuleContext, RunningModule } from '../module-context.ts';

export const schema = providerProxyConfig;

export const attemptMetricNames = { attempts: 'flux_attempts_total' } as const;

export async function start(context: ModuleContext): Promise<RunningModule> {
  const { catalogue, rateCards, providers, journal } = context.need('gatewayCore');
  const attempts = context.metrics.counter({
    name: attemptMetricNames.attempts,
    help: 'Attempts at providers, by how they ended',
    labels: ['model', 'outcome', 'error'],
  });
  const proxy = startProviderProxy({
    config: context.config as unknown as ProviderProxyConfig,
    catalogue,
    rateCards: new Map(rateCards.map((card) => [card.version, card])),
    providers,
    journal,
    onAttemptEnd: (model, outcome, why) => attempts.inc({ model, outcome, error: why?.code ?? '' }),
  });
  return { provides: { providerProxy: proxy }, stop: () => proxy.stop() };
}
