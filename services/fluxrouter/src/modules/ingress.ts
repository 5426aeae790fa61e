import { join } from 'node:path';
import { pepperFromText } from '@fluxrouter/api-keys';
import {
  type IngressConfig,
  ingressConfig,
  startAdoption,
  startIngress,
} from '@fluxrouter/ingress';
import { rateCardAt } from '@fluxrouter/pricing';
import type { RouterConfig } from '@fluxrouter/router';
import { type Secret, secret, setting } from '@fluxrouter/service-kit/config';
import { z } from 'zod';
import { mergeSchemas } from '../config.ts';
import type { ModuleContext, RunningModule } from '../module-context.ts';

/** A process that is started anew has its own journal again in seconds. */
const adoptEveryMs = 30_000;

export const schema = mergeSchemas([
  ingressConfig,
  z.object({
    keyPepper: setting('KEY_PEPPER', secret({ minLength: 32 }), {
      about: 'The secret under which keys are hashed: the same that accounts has.',
      why: 'A key is looked up by its hash.',
    }),
  }),
]);

export async function start(context: ModuleContext): Promise<RunningModule> {
  const { bus, log, metrics } = context;
  const config = context.config as unknown as IngressConfig &
    RouterConfig & { keyPepper: Secret } & ModuleContext['config'];
  const { catalogue, rateCards, providers, journal } = context.need('gatewayCore');
  const query = context.need('query');
  const card = rateCardAt(rateCards, config.rateCard, Date.now());
  if (card === undefined) throw new RangeError('no rate card holds today');
  const ingress = await startIngress({
    config,
    at: { host: config.host, port: config.port },
    bus,
    journal,
    router: context.need('router'),
    proxy: context.need('providerProxy'),
    query,
    catalogue,
    listing: { card, servableProviders: new Set(providers.keys()) },
    pepper: pepperFromText(config.keyPepper.reveal()),
    log,
    metrics,
  });
  const directory = join(config.dataDir, 'journal');
  const adoption = startAdoption({ directory, bus, log, everyMs: adoptEveryMs });
  return {
    check: () => ingress.readiness(),
    async stop() {
      await adoption.stop();
      await ingress.stop();
    },
  };
}
