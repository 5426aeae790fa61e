import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type RunningSystem, startSystem } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordOf } from './support/records.ts';

let system: RunningSystem;

beforeAll(async () => {
  system = await startSystem();
});

afterAll(async () => {
  await system.stop();
});

async function post(path: string, body: unknown, key = system.key): Promise<Response> {
  return fetch(`${system.baseUrl}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function debug(body: unknown) {
  const response = await post('/v1/routing/debug', body);
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, answer };
}

const ASK =
  'Design a distributed lock service: compare two consensus algorithms under network partitions.';
const messages = [{ role: 'user', content: ASK }];

describe('POST /v1/routing/debug', () => {
  it('tells the very decision that serves', async () => {
    const { answer } = await debug({ model: 'flux-auto', messages });
    const served = await post('/v1/chat/completions', { model: 'flux-auto', messages });
    await served.arrayBuffer();
    const record = await recordOf(system, served.headers.get('x-flux-request-id') ?? '');
    expect(answer).toMatchObject({
      model: record['routedModel'],
      tier: record['tier'],
      lane: record['lane'],
      profile: record['profile'],
      confidence: record['confidence'],
      method: record['method'],
      policy: record['policy'],
      reasons: record['reasons'],
    });
    const contributions = answer['contributions'] as { value: number }[];
    const sum = contributions.reduce((total, { value }) => total + value, 0);
    expect(sum).toBeCloseTo(answer['score'] as number, 9);
  });

  it('says what it would cost, and what the baseline would', async () => {
    const { answer } = await debug({ model: 'flux-auto', messages, max_tokens: 200 });
    const cost = answer['cost'] as Record<string, string | number>;
    expect(cost).toMatchObject({ outputTokens: 200, outputTokensMax: 200 });
    expect(cost['baselineModel']).toBe('claude-opus-4.8');
    expect(Number(cost['minUsd'])).toBeLessThan(Number(cost['estimateUsd']));
    expect(cost['maxUsd']).toBe(cost['estimateUsd']);
    expect(Number(cost['baselineUsd'])).toBeGreaterThan(0);
  });

  it('takes the shape of Routor and whole requests in all dialects, and says the same', async () => {
    const bodies = [
      { prompt: ASK },
      { prompt: ASK, system_prompt: 'Be terse.', max_output_tokens: 50, profile: 'auto' },
      { model: 'flux-auto', messages },
      { model: 'flux-auto', input: ASK },
      { model: 'flux-auto', system: 'Be terse.', max_tokens: 50, messages },
    ];
    const answers = await Promise.all(bodies.map(debug));
    for (const { status, answer } of answers) {
      expect(status).toBe(200);
      expect(answer).toMatchObject({
        tier: answers[0]?.answer['tier'],
        score: answers[0]?.answer['score'],
      });
    }
    const dialects = answers.map(({ answer }) => answer['dialect']);
    expect(dialects).toEqual([
      ...['openai-chat', 'openai-chat', 'openai-chat', 'openai-responses', 'anthropic-messages'],
    ]);
  });

  it('heeds the request fields of Routor', async () => {
    const asked = async (fields: object) => (await debug({ messages, ...fields })).answer;
    expect(await asked({ routor_tier: 'NANO' })).toMatchObject({ tier: 'NANO', profile: 'tier' });
    expect(await asked({ routor_tier_ceiling: 'SIMPLE' })).toMatchObject({ tier: 'SIMPLE' });
    const hello = [{ role: 'user', content: 'hi' }];
    const floored = await debug({ messages: hello, routor_tier_floor: 'STANDARD' });
    expect(floored.answer).toMatchObject({ tier: 'STANDARD', lane: 'standard' });
    const capped = await debug({ messages, routor_max_cost: '0.000001' });
    expect(capped.status).toBe(400);
    expect(capped.answer).toMatchObject({ error: { code: 'max_cost_exceeded' } });
    const wrong = await debug({ messages, routor_tier: 'HUGE' });
    expect(wrong.answer).toMatchObject({ error: { param: 'routor_tier' } });
  });

  it('keeps nothing, and needs a key', async () => {
    const before = await fetch(`${system.baseUrl}/v1/requests`, {
      headers: { authorization: `Bearer ${system.key}` },
    }).then((response) => response.json() as Promise<{ data: unknown[] }>);
    await debug({ prompt: ASK });
    const after = await fetch(`${system.baseUrl}/v1/requests`, {
      headers: { authorization: `Bearer ${system.key}` },
    }).then((response) => response.json() as Promise<{ data: unknown[] }>);
    expect(after.data.length).toBe(before.data.length);
    expect((await post('/v1/routing/debug', { prompt: ASK }, 'sk-flux-no')).status).toBe(401);
  });
});

describe('flux policy compare', () => {
  const root = join(import.meta.dirname, '../..');

  it('decides what was kept again, and finds the policy that decided it without a move', async () => {
    const served = await post('/v1/chat/completions', { model: 'flux-auto', messages });
    await served.arrayBuffer();
    const record = await recordOf(system, served.headers.get('x-flux-request-id') ?? '');
    expect(record['facts'].length).toBeGreaterThan(10);
    expect(record['health']).toEqual({});
    const { stdout } = await promisify(execFile)(process.execPath, [
      join(root, 'cli/src/main.ts'),
      ...['--json', '--base-url', system.baseUrl, '--key', system.key, 'policy', 'compare'],
      join(root, 'packages/routing-rules/data/policy.json'),
    ]);
    const compared = JSON.parse(stdout) as Record<string, Record<string, unknown>>;
    expect(compared).toMatchObject({ laneMoved: 0, modelMoved: 0 });
    expect(compared['costUsd']?.['other']).toBe(compared['costUsd']?.['today']);
    expect(compared['lanes']?.['reasoning']).toMatchObject({ other: expect.any(Number) });
    const replayed = Number(compared['requests']) - Number(compared['notReplayed']);
    expect(replayed).toBeGreaterThan(0);
  });
});

describe('GET /v1/providers/health', () => {
  it('counts the attempts that were made', async () => {
    const served = await post('/v1/chat/completions', { model: 'flux-pinned-gpt-5.4', messages });
    await served.arrayBuffer();
    await recordOf(system, served.headers.get('x-flux-request-id') ?? '');
    const response = await fetch(`${system.baseUrl}/v1/providers/health`, {
      headers: { authorization: `Bearer ${system.key}` },
    });
    const { providers } = (await response.json()) as { providers: { provider: string }[] };
    const openai = providers.find(({ provider }) => provider === 'openai');
    expect(openai).toMatchObject({ state: 'healthy', successRate: 1 });
    expect(openai).toMatchObject({
      models: expect.arrayContaining([
        expect.objectContaining({ model: 'gpt-5.4', state: 'healthy', attempts: 1 }),
      ]),
    });
  });

  it('needs a key', async () => {
    expect((await fetch(`${system.baseUrl}/v1/providers/health`)).status).toBe(401);
  });
});
