import { join } from 'node:path';
import { buildCatalogue } from '@fluxrouter/catalogue';
import type { IngressConfig } from '@fluxrouter/ingress';
import { ingressConfig } from '@fluxrouter/ingress';
import { openJournal } from '@fluxrouter/journal';
import { configureProviders } from '@fluxrouter/provider-proxy';
import { loadRateCards } from '@fluxrouter/router';
import { mergeSchemas } from '../config.ts';
import type { ModuleContext, RunningModule } from '../module-context.ts';
import { providerSettings, providersSchema } from '../provider-settings.ts';

export const schema = mergeSchemas([providersSchema(), ingressConfig]);

/** The data and the journal that router, provider-proxy and ingress of one process share. */
export async function start({ config, log }: ModuleContext): Promise<RunningModule> {
  const { journalBytesMax } = config as unknown as IngressConfig;
  const catalogue = buildCatalogue();
  const providers = configureProviders(catalogue, providerSettings(config), config.sandboxUrl);
  if (providers.size === 0)
    log.warn('No provider has a key and there is no sandbox: nobody can answer');
  const journal = openJournal({
    path: join(config.dataDir, 'journal', journalName(config.gatewayWorker)),
    maxBytes: journalBytesMax,
    onFailure: (err) =>
      log.error({ err }, 'The journal cannot be written to; new requests are refused'),
  });
  const rateCards = loadRateCards(catalogue);
  return {
    provides: { gatewayCore: { catalogue, rateCards, providers, journal } },
    stop: () => journal.close(),
  };
}

/** A journal each: its lock is its owner's. The first worker has the one of a gateway without workers. */
function journalName(worker: number): string {
  return worker <= 1 ? 'gateway.sqlite' : `gateway-${worker}.sqlite`;
}
