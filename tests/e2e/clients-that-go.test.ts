import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningSystem, startSystem, until } from '@fluxrouter/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { directed } from './support/ask.ts';
import { booked } from './support/book.ts';
import { clientDialects } from './support/dialects.ts';
import { send, start } from './support/http-client.ts';
import { seededRandom } from './support/random.ts';
import type { RecordJson } from './support/records.ts';

const COUNT = 180;
const DIRECTIVES = [
  { words: 30, chunkDelayMs: 2 },
  { words: 30 },
  { words: 20, usage: 'none', chunkDelayMs: 1 },
  { words: 3, silentMs: 30 },
  { headDelayMs: 20 },
  { status: 500 },
];

let system: RunningSystem;
beforeAll(async () => {
  system = await startSystem({
    env: { FIRST_REQUEST: 'off', BREAKERS: 'off', CHAIN_BY_HEALTH: 'off' },
  });
});
afterAll(() => system?.stop());

/** Asks, and mostly leaves after some time, wherever the answer is then. */
async function askAndGo(number: number, random: () => number): Promise<void> {
  const dialect = clientDialects[number % clientDialects.length] ?? clientDialects[0];
  const directive = DIRECTIVES[Math.floor(random() * DIRECTIVES.length)] ?? {};
  const stream = random() < 0.7;
  if (dialect === undefined) return;
  const request = start(system, dialect.path, {
    body: dialect.ask(directed(directive), { stream }),
  });
  const read = request.head.then((answer) => answer.readAll()).catch(() => null);
  const stays = number % 5 === 0;
  await (stays ? read : sleep(random() ** 2 * 600));
  request.leave();
  await read;
}

/** Of the gateway's metrics. */
async function gauge(name: string): Promise<number> {
  const page = await (await fetch(`${system.adminUrls['gateway']}/metrics`)).text();
  return Number(new RegExp(`^${name}\\S* (\\d+)$`, 'm').exec(page)?.[1]);
}

it('clients that go at any moment leave nothing running, and each has its one record', async () => {
  const random = seededRandom(4);
  const numbers = Array.from({ length: COUNT }, (_, number) => number);
  const work = async (): Promise<void> => {
    for (let next = numbers.shift(); next !== undefined; next = numbers.shift()) {
      await askAndGo(next, random);
    }
  };
  await Promise.all(Array.from({ length: 10 }, work));
  const idle = async () =>
    (await gauge('flux_requests_running')) === 0 &&
    (await gauge('flux_journal_outbox_events')) === 0;
  await until('all to be over', idle);
  expect(await gauge('flux_faults_total')).toBe(0);
  expect(system.said()).toBe('');

  const counted = async () => {
    const { json } = await send(system, '/v1/requests?limit=200');
    const page = await (await fetch(`${system.adminUrls['gateway']}/metrics`)).text();
    const requests = [...page.matchAll(/^flux_requests_total\S* (\d+)$/gm)];
    const total = requests.reduce((sum, [, count]) => sum + Number(count), 0);
    return json.data.length === total && (json.data as RecordJson[]);
  };
  const records = await until('a record of each', counted);
  expect(records.length).toBeLessThanOrEqual(COUNT);
  for (const record of records) {
    const accepted = record['attempts'].filter((attempt: RecordJson) => attempt['accepted']);
    const { outcome, status, costUsd } = record;
    expect(['completed', 'client_gone', 'failed']).toContain(outcome);
    expect(accepted).toHaveLength(status === 200 ? 1 : 0);
    expect(costUsd !== '0').toBe(status === 200);
    if (status === 200) {
      const line = await booked(system, record['upstreamId']);
      expect(['completed', 'client_gone']).toContain(line.outcome);
    }
  }
  const outcomes = new Set(records.map(({ outcome, status }) => `${outcome} ${status}`));
  expect(outcomes).toContain('client_gone null');
  expect(outcomes).toContain('completed 200');
});
