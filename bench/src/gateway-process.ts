/** A gateway without the rest of the system: until `startSystem` of packages/testing is there. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKey, hashKey, pepperFromText } from '../../packages/api-keys/src/index.ts';
import { buildCatalogue } from '../../packages/catalogue/src/index.ts';
import { openEmbeddedBus } from '../../packages/event-bus/src/index.ts';
import { encodeTopicBorn, TOPICS } from '../../packages/events/src/index.ts';
import { KeyState } from '../../packages/generated/src/flux/accounts/v1/accounts.ts';
import { openJournal } from '../../packages/journal/src/index.ts';
import { readConfig } from '../../packages/service-kit/src/config/index.ts';
import { createLog } from '../../packages/service-kit/src/log.ts';
import { createMetrics } from '../../packages/service-kit/src/metrics.ts';
import { ingressConfig, startIngress } from '../../services/ingress/src/index.ts';
import {
  configureProviders,
  providerProxyConfig,
  startProviderProxy,
} from '../../services/provider-proxy/src/index.ts';
import { loadRateCards, startRouter } from '../../services/router/src/index.ts';
import { endWithParent } from './processes/end-with-parent.ts';

const dir = mkdtempSync(join(tmpdir(), 'flux-bench-'));
const bus = openEmbeddedBus({
  directory: join(dir, 'bus'),
  topicBorn: (topic: string, uuid: string) => ({ key: topic, value: encodeTopicBorn(topic, uuid) }),
} as never);
await bus.ensureTopics(Object.values(TOPICS));
const pepper = pepperFromText('pepper');
const key = generateKey((n) => randomBytes(n));
const keyState = KeyState.encode({
  keyHash: hashKey(key, pepper),
  key: 'key_1',
  account: 'acc_1',
  state: 'active',
  revision: 1,
  routeUnknownModels: false,
}).finish();
await bus.append(TOPICS.keys.name, [{ key: 'x', headers: { type: 'KeyState' }, value: keyState }]);
const journal = openJournal({ path: join(dir, 'journal.db'), maxBytes: 1e8 });
const catalogue = buildCatalogue();
const rateCards = loadRateCards(catalogue);
const providers = configureProviders(catalogue, new Map(), process.env['SANDBOX_URL']);
const router = startRouter({
  config: { rateCard: 'lanes' },
  catalogue,
  rateCards,
  servable: (id: string) => providers.has(catalogue.models.get(id)?.provider ?? ''),
} as never);
const proxy = startProviderProxy({
  config: readConfig(providerProxyConfig, {}) as never,
  catalogue,
  rateCards: new Map(rateCards.map((card) => [card.version, card])),
  providers,
  journal,
  onAttemptEnd() {},
} as never);
const ingress = await startIngress({
  config: readConfig(ingressConfig, process.env) as never,
  at: { host: '127.0.0.1', port: 0 },
  bus,
  journal,
  router,
  proxy,
  query: {},
  catalogue,
  listing: { card: rateCards[0], servableProviders: new Set(providers.keys()) },
  pepper,
  log: createLog({ service: 'bench' }),
  metrics: createMetrics('gw'),
} as never);
const admin = createServer((_request, response) => {
  response.end(`flux_journal_outbox_events ${journal.state().outboxEntries}\n`);
}).listen(0, '127.0.0.1');
await new Promise((resolve) => admin.once('listening', resolve));
const { port } = admin.address() as { port: number };
process.send?.({
  type: 'ready',
  url: JSON.stringify({
    baseUrl: `http://127.0.0.1:${ingress.port}`,
    key,
    adminUrl: `http://127.0.0.1:${port}`,
  }),
});
endWithParent(async () => {
  await ingress.stop();
  await proxy.stop();
  await journal.close();
  await bus.close();
  rmSync(dir, { recursive: true, force: true });
});
