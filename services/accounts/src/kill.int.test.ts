import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openEmbeddedBus } from '@fluxrouter/event-bus';
import { TOPICS } from '@fluxrouter/events';
import { KeyState } from '@fluxrouter/generated/accounts';
import { createMetrics, Secret, silentLog } from '@fluxrouter/service-kit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startAccounts } from './module.ts';

const pepper = 'p'.repeat(32);
let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flux-accounts-'));
});
afterEach(() => rm(directory, { recursive: true }));

interface Said {
  state: string;
  account: string;
  key: string;
}

/** Runs make-keys.ts, kills it after so many lines, and returns what it had been answered. */
async function killedAfter(lines: number): Promise<Said[]> {
  const script = fileURLToPath(new URL('./testing/make-keys.ts', import.meta.url));
  const child = spawn(process.execPath, [script, directory, pepper], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: Said[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const [state = '', account = '', key = ''] = line.split(' ');
    said.push({ state, account, key });
    if (said.length === lines) child.kill('SIGKILL');
  }
  return said;
}

test('what was answered before a kill -9 is there after it, in the log and for every ingress', async () => {
  const said: Said[] = [];
  for (const lines of [1, 4, 9, 15]) said.push(...(await killedAfter(lines)));
  const bus = openEmbeddedBus({ directory });
  await bus.ensureTopics([TOPICS.accounts, TOPICS.keys]);
  const published = new Map<string, KeyState>();
  const tail = await bus.tail({
    topic: TOPICS.keys.name,
    from: 'start',
    onRecords: (records) => {
      for (const { headers, value } of records) {
        if (headers['type'] !== 'KeyState') continue;
        const state = KeyState.decode(value);
        const known = published.get(state.key);
        if (known === undefined || known.revision < state.revision) published.set(state.key, state);
      }
    },
  });
  const accounts = await startAccounts({
    bus,
    config: { keyPepper: new Secret(pepper), answerTimeoutMs: 4000 },
    log: silentLog,
    metrics: createMetrics('accounts'),
  });
  try {
    expect(said.length).toBeGreaterThanOrEqual(29);
    const answered = new Map(said.map(({ key, state, account }) => [key, { state, account }]));
    for (const account of new Set(said.map((each) => each.account))) {
      const { keys } = await accounts.api.listKeys({ account });
      const ids = keys.map((key) => key.id);
      for (const [key, each] of answered) {
        if (each.account === account) expect(ids).toContain(key);
      }
      // Commands whose answer the kill has swallowed count as well: the log has decided.
      for (const key of keys) {
        if (answered.get(key.id)?.state === 'revoked') expect(key.state).toBe('revoked');
        await expect.poll(() => published.get(key.id)?.state).toBe(key.state);
      }
    }
  } finally {
    await accounts.stop();
    await tail.stop();
    await bus.close();
  }
});
