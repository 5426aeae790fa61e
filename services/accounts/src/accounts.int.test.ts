import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashKey, isWellFormedKey, pepperFromText } from '@fluxrouter/api-keys';
import { type EventBus, openEmbeddedBus } from '@fluxrouter/event-bus';
import { newId, TOPICS } from '@fluxrouter/events';
import { type Accounts, AccountsService, KeyState } from '@fluxrouter/generated/accounts';
import {
  bindInProcess,
  connectGrpc,
  createMetrics,
  Secret,
  serveGrpc,
  silentLog,
} from '@fluxrouter/service-kit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensureFirstKey, newFirstKey } from './first-key.ts';
import { type AccountsModule, startAccounts } from './module.ts';
import type { AccountsBus } from './ports.ts';

const pepper = 'p'.repeat(32);
let directory = '';
const closers: (() => Promise<void> | void)[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flux-accounts-'));
});

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await rm(directory, { recursive: true });
});

async function openBus(): Promise<EventBus> {
  const bus = openEmbeddedBus({ directory });
  closers.push(() => bus.close());
  await bus.ensureTopics([TOPICS.accounts, TOPICS.keys]);
  return bus;
}

type Bind = (api: Accounts) => Promise<Accounts>;

/** The ways in which a caller may be bound to accounts. */
const bindings: [string, Bind][] = [
  ['in process', async (api) => bindInProcess(AccountsService, api)],
  [
    'over gRPC',
    async (api) => {
      const token = 'a-token-of-the-services';
      const services = [{ definition: AccountsService, implementation: api }];
      const server = await serveGrpc({ address: '127.0.0.1:0', token, services });
      const connection = connectGrpc(AccountsService, { addresses: [server.address], token });
      closers.push(connection.close, () => server.close(100));
      return connection.api;
    },
  ],
];

let bind: Bind = async (api) => api;

async function start(bus: AccountsBus, answerTimeoutMs = 4000): Promise<AccountsModule> {
  const accounts = await startAccounts({
    bus,
    config: { keyPepper: new Secret(pepper), answerTimeoutMs },
    log: silentLog,
    metrics: createMetrics('accounts'),
    sources: { nowMs: () => 1_763_700_000_000, randomBytes },
  });
  closers.push(() => accounts.stop());
  return { ...accounts, api: await bind(accounts.api) };
}

/** What an ingress would know of the keys: the highest revision of each. */
async function publishedKeys(bus: EventBus): Promise<Map<string, KeyState>> {
  const states = new Map<string, KeyState>();
  const tail = await bus.tail({
    topic: TOPICS.keys.name,
    from: 'start',
    onRecords: (records) => {
      for (const { headers, value } of records) {
        if (headers['type'] !== 'KeyState') continue;
        const state = KeyState.decode(value);
        if ((states.get(state.key)?.revision ?? -1) < state.revision) states.set(state.key, state);
      }
    },
  });
  await tail.caughtUp();
  await tail.stop();
  return states;
}

const newCommand = () => newId('cmd_', Date.now());
const newAccount = (accounts: AccountsModule, commandId = '') =>
  accounts.api
    .createAccount({ commandId, name: 'newcomer' })
    .then(({ account }) => account?.id ?? '');
const keyRequest = (account: string, commandId = '') => ({
  commandId,
  account,
  name: 'ci',
  keyHash: '',
  keyDisplay: '',
});

describe.each(bindings)('keys, %s', (_name, binding) => {
  beforeEach(() => {
    bind = binding;
  });

  test('a key is shown once and published by its hash, before its maker is answered', async () => {
    const bus = await openBus();
    const accounts = await start(bus);
    const account = await newAccount(accounts);
    const { key, secret } = await accounts.api.createKey(keyRequest(account));
    expect(isWellFormedKey(secret)).toBe(true);
    expect(key).toMatchObject({
      account,
      name: 'ci',
      state: 'active',
      display: secret.slice(0, 12),
    });
    const published = await publishedKeys(bus);
    expect(published.get(key?.id ?? '')).toMatchObject({
      keyHash: hashKey(secret, pepperFromText(pepper)),
      state: 'active',
    });
    expect(JSON.stringify(await accounts.api.listKeys({ account }))).not.toContain(secret);
  });

  test('a revocation is a record, and the answer says where', async () => {
    const bus = await openBus();
    const accounts = await start(bus);
    const account = await newAccount(accounts);
    const { key } = await accounts.api.createKey(keyRequest(account));
    const request = { commandId: '', account, key: key?.id ?? '' };
    const revoked = await accounts.api.revokeKey(request);
    expect(revoked.key?.state).toBe('revoked');
    expect((await bus.endOffsets(TOPICS.keys.name)).get(revoked.partition)).toBe(
      revoked.offset + 1n,
    );
    expect((await publishedKeys(bus)).get(request.key)?.state).toBe('revoked');
    expect(await accounts.api.revokeKey(request)).toEqual(revoked);
  });

  test('a key made elsewhere is kept by its hash', async () => {
    const accounts = await start(await openBus());
    const account = await newAccount(accounts);
    const keyHash = createHash('sha256').update('x').digest('hex');
    const request = { ...keyRequest(account, newCommand()), keyHash, keyDisplay: 'sk-flux-Ab12' };
    const first = await accounts.api.createKey(request);
    expect(first).toMatchObject({ secret: '', key: { display: 'sk-flux-Ab12' } });
    expect(await accounts.api.createKey(request)).toEqual(first);
  });

  test('an account, a key, a name that is not one is refused', async () => {
    const accounts = await start(await openBus());
    const account = await newAccount(accounts);
    await expect(accounts.api.createKey(keyRequest('acc_none'))).rejects.toMatchObject({
      code: 'not_found',
    });
    const noKey = { commandId: '', account, key: 'key_none' };
    await expect(accounts.api.revokeKey(noKey)).rejects.toMatchObject({ code: 'not_found' });
    const badName = { commandId: '', name: 'two words' };
    await expect(accounts.api.createAccount(badName)).rejects.toMatchObject({
      code: 'invalid_argument',
    });
  });
});

describe.each(bindings)('the account log decides, %s', (_name, binding) => {
  beforeEach(() => {
    bind = binding;
  });

  test('a second copy of a command changes nothing, also at another instance', async () => {
    const one = await start(await openBus());
    const two = await start(await openBus());
    const commandId = newCommand();
    const [first, second] = await Promise.all([
      newAccount(one, commandId),
      newAccount(two, commandId),
    ]);
    expect(first).toBe(second);
    const keyCommand = newCommand();
    const made = await one.api.createKey(keyRequest(first, keyCommand));
    const again = two.api.createKey(keyRequest(first, keyCommand));
    await expect(again).rejects.toMatchObject({ code: 'already_exists' });
    expect((await two.api.listKeys({ account: first })).keys).toEqual([made.key]);
  });

  test('instances that have read the same log agree, and a new one reads it all', async () => {
    const one = await start(await openBus());
    const two = await start(await openBus());
    const account = await newAccount(one);
    await expect.poll(() => two.api.getAccount({ account }).catch(() => null)).not.toBeNull();
    for (const each of [one, two]) await each.api.createKey(keyRequest(account));
    const three = await start(await openBus());
    await expect
      .poll(async () => (await two.api.listKeys({ account })).keys)
      .toEqual((await three.api.listKeys({ account })).keys);
  });

  test('what a crash left out between a command and its key record is published at the next start', async () => {
    const bus = await openBus();
    const keysAway: AccountsBus = {
      tail: (options) => bus.tail(options),
      append: (topic, records) =>
        topic === TOPICS.keys.name ? Promise.reject(new Error('away')) : bus.append(topic, records),
    };
    const crashing = await start(keysAway, 300);
    const account = await newAccount(crashing);
    const created = crashing.api.createKey(keyRequest(account));
    await expect(created).rejects.toMatchObject({ code: 'unavailable' });
    expect((await publishedKeys(bus)).size).toBe(0);
    await crashing.stop();
    const next = await start(bus);
    const [key] = (await next.api.listKeys({ account })).keys;
    await expect
      .poll(async () => (await publishedKeys(bus)).get(key?.id ?? '')?.state)
      .toBe('active');
    const before = await bus.endOffsets(TOPICS.keys.name);
    await start(bus);
    expect(await bus.endOffsets(TOPICS.keys.name)).toEqual(before);
  });

  test('a log that cannot be written to is said to be away', async () => {
    const bus = await openBus();
    const accounts = await start({
      tail: (options) => bus.tail(options),
      append: () => Promise.reject(new Error('away')),
    });
    await expect(newAccount(accounts)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('the first key', () => {
  test('is made at the first start, and nothing is appended at the next', async () => {
    const bus = await openBus();
    const accounts = await start(bus);
    const first = newFirstKey(randomBytes, 1_763_700_000_000);
    await ensureFirstKey(accounts.api, pepper, first);
    const before = await bus.endOffsets(TOPICS.accounts.name);
    await ensureFirstKey(accounts.api, pepper, first);
    await ensureFirstKey((await start(bus)).api, pepper, first);
    expect(await bus.endOffsets(TOPICS.accounts.name)).toEqual(before);
    const [state] = (await publishedKeys(bus)).values();
    expect(state?.keyHash).toBe(hashKey(first.key, pepperFromText(pepper)));
  });
});
