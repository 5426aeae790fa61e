import { startAdoption } from '@fluxrouter/ingress';
import {
  closeOrphanedAttempts,
  type ProviderProxyConfig,
  providerProxyConfig,
  startProviderProxy,
} from '@fluxrouter/provider-proxy';
import { serveAttempts } from '@fluxrouter/service-kit/grpc';
import type { ModuleContext, RunningModule } from '../module-context.ts';
import { ADOPT_EVERY_MS, journalDirectory } from './journal.ts';

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
  // Where ingress is in this process, it adopts those of both.
  const adoption = context.isHere('ingress')
    ? undefined
    : startAdoption({
        ...{ directory: journalDirectory(context), bus: context.bus, log },
        everyMs: ADOPT_EVERY_MS,
        closeOrphans: (journal) =>
          closeOrphanedAttempts(journal, (err) =>
            log.error({ err: err as Error }, 'An open attempt of a dead process cannot be read'),
          ),
      });
  return {
    provides: { providerProxy: proxy.port },
    serves: service,
    drain: () => service.drain(),
    async stop() {
      await adoption?.stop();
      await proxy.stop();
    },
  };
}
