// needs: java, maven
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalKafka, startLocalKafka } from '@fluxrouter/local-kafka';
import { type RunningSystem, startSystem, until } from '@fluxrouter/testing';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordOf } from './support/records.ts';

let directory: string;
let kafka: LocalKafka;
let system: RunningSystem;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'flux-e2e-kafka-'));
  kafka = await startLocalKafka({ directory });
  system = await startSystem({
    env: { KAFKA_BROKERS: kafka.brokers, KAFKA_SESSION_TIMEOUT: '3s' },
    readyTimeoutMs: 120_000,
  });
  // The first time on a machine, Maven fetches Kafka.
}, 400_000);
afterAll(async () => {
  await system?.stop();
  await kafka?.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function ask(): Promise<string> {
  const openai = new OpenAI({ apiKey: system.key, baseURL: system.baseUrl, maxRetries: 0 });
  const { response } = await openai.chat.completions
    .create({ model: 'flux-auto', messages: [{ role: 'user', content: 'ping' }] })
    .withResponse();
  return response.headers.get('x-flux-request-id') ?? '';
}

/** Refused while the view of the keys is stale: then again. */
const askUntilTaken = () => until('an answer', () => ask().catch(() => false as const));

it('has the record of an answer', async () => {
  expect(await recordOf(system, await ask())).toBeDefined();
});

it('loses no record when Kafka is killed, and goes on when it is back', async () => {
  const before = await ask();
  await kafka.kill();
  await kafka.start();
  const after = await askUntilTaken();
  for (const id of [before, after]) expect(await recordOf(system, id)).toBeDefined();
});

it('loses no record when metering is killed', async () => {
  const ids = [await askUntilTaken(), await askUntilTaken()];
  const pid = system.kill('metering');
  ids.push(await askUntilTaken());
  await system.restartOf('metering', pid, 60_000);
  for (const id of ids) expect(await recordOf(system, id)).toBeDefined();
});
