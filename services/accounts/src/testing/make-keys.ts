import { openEmbeddedBus } from '@fluxrouter/event-bus';
import { TOPICS } from '@fluxrouter/events';
import { createMetrics, Secret, silentLog } from '@fluxrouter/service-kit';
import { startAccounts } from '../module.ts';

/**
 * A process to be killed: makes an account and keys for ever, and says each key's id on stdout as
 * soon as it was answered, every third one's again when it has been revoked.
 */
const [directory = '', keyPepper = ''] = process.argv.slice(2);
const bus = openEmbeddedBus({ directory });
await bus.ensureTopics([TOPICS.accounts, TOPICS.keys]);
const { api } = await startAccounts({
  bus,
  config: { keyPepper: new Secret(keyPepper), answerTimeoutMs: 4000 },
  log: silentLog,
  metrics: createMetrics('accounts'),
});
const created = await api.createAccount({ commandId: '', name: 'killed' });
const account = created.account?.id ?? '';
for (let n = 0; ; n++) {
  const request = { commandId: '', account, name: 'ci', keyHash: '', keyDisplay: '' };
  const key = (await api.createKey(request)).key?.id ?? '';
  process.stdout.write(`active ${account} ${key}\n`);
  if (n % 3 !== 0) continue;
  await api.revokeKey({ commandId: '', account, key });
  process.stdout.write(`revoked ${account} ${key}\n`);
}
