import { buildCatalogue } from '@fluxrouter/catalogue';
import { configureProviders } from '@fluxrouter/provider-proxy';
import { loadRateCards } from '@fluxrouter/router';
import type { ModuleContext, RunningModule } from '../module-context.ts';
import { providerSettings, providersSchema } from '../provider-settings.ts';

export const schema = providersSchema();

/** The data that router, provider-proxy and ingress decide by: the same in each of their processes. */
export async function start({ config, log }: ModuleContext): Promise<RunningModule> {
  const catalogue = buildCatalogue();
  const providers = configureProviders(catalogue, providerSettings(config), config.sandboxUrl);
  const servableProviders = new Set(config.servableProviders ?? providers.keys());
  if (servableProviders.size === 0)
    log.warn('No provider has a key and there is no sandbox: nobody can answer');
  const rateCards = loadRateCards(catalogue);
  return { provides: { catalogue: { catalogue, rateCards, providers, servableProviders } } };
}
