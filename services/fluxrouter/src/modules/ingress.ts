import { join } from 'node:path';
import { pepperFromText } from '@fluxrouter/api-keys';
import {
  type HealthPort,
  type IngressConfig,
  ingressConfig,
  recoverOrphans,
  startAdoption,
  startIngress,
} from '@fluxrouter/ingress';
import { rateCardAt } from '@fluxrouter/pricing';
import { type RouterConfig, routerConfig } from '@fluxrouter/router';
import { type Secret, secret, setting } from '@fluxrouter/service-kit/config';
import { z } from 'zod';
import { mergeSchemas } from '../config.ts';
import type { ModuleContext, RunningModule } from '../module-context.ts';
import { ADOPT_EVERY_MS, journalDirectory } from './journal.ts';

export const schema = mergeSchemas([
  ingressConfig,
  routerConfig,
  z.object({
    keyPepper: setting('KEY_PEPPER', secret({ minLength: 32 }), {
      about: 'The secret under which keys are hashed: the same that accounts has.',
      why: 'A key is looked up by its hash.',
    }),
  }),
]);

/** A router elsewhere hears of attempts by the bus; who passes a model over is each ingress' own affair. */
const ELSEWHERE: HealthPort = { breakerOpen() {}, breakerClosed() {} };

export async function start(context: ModuleContext): Promise<RunningModule> {
  const { bus, log, metrics } = context;
  const config = context.config as unknown as IngressConfig &
    RouterConfig & { keyPepper: Secret } & ModuleContext['config'];
  const { catalogue, rateCards, servableProviders } = context.need('catalogue');
  const journal = context.need('journal');
  const query = context.need('query');
  const card = rateCardAt(rateCards, config.rateCard, Date.now());
  if (card === undefined) throw new RangeError('no rate card holds today');
  const ingress = await startIngress({
    config,
    at: { host: config.host, port: config.port },
    bus,
    journal,
    router: context.need('router'),
    health: context.isHere('router') ? context.need('breakerHealth') : ELSEWHERE,
    proxy: context.need('providerProxy'),
    query,
    catalogue,
    listing: { card, servableProviders },
    remembered: {
      path: join(config.dataDir, 'ingress', 'remembered.sqlite'),
      // Ingresses side by side share the file, as workers do.
      owner: `${config.journalName}-${config.gatewayWorker}`,
    },
    reachable: () => ({
      router: context.reachable('router'),
      providerProxy: context.reachable('providerProxy'),
    }),
    pepper: pepperFromText(config.keyPepper.reveal()),
    log,
    metrics,
  });
  const adoption = startAdoption({
    ...{ directory: journalDirectory(context), bus, log, everyMs: ADOPT_EVERY_MS },
    closeOrphans(journalOfDead) {
      const ids = recoverOrphans(journalOfDead, Date.now(), (err) =>
        log.error({ err: err as Error }, 'An open request of a dead process cannot be read'),
      );
      ingress.closedAsOrphaned(ids);
      return ids.length;
    },
  });
  return {
    check: () => ingress.readiness(),
    async stop() {
      await adoption.stop();
      await ingress.stop();
    },
  };
}
