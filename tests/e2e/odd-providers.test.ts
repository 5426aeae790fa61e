import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningSystem, startSystem } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { upstreamNameOf } from './support/ask.ts';
import { bookOf } from './support/book.ts';
import { FAST_CHAIN, triedModels } from './support/chains.ts';
import { responses } from './support/dialects.ts';
import { type Answer, send } from './support/http-client.ts';
import { type RecordJson, recordOf } from './support/records.ts';
import { type OwnUpstream, startUpstream } from './support/upstream.ts';

async function recordFor(system: RunningSystem, answer: Answer): Promise<RecordJson> {
  return recordOf(system, answer.headers.get('x-flux-request-id') ?? '');
}

describe('with retries turned off', () => {
  let system: RunningSystem;
  let upstream: OwnUpstream;
  beforeAll(async () => {
    upstream = await startUpstream();
    system = await startSystem({
      env: {
        FIRST_REQUEST: 'off',
        CHAIN_BY_HEALTH: 'off',
        ATTEMPT_RETRIES: '0',
        BREAKER_FAILURES: '3',
        BREAKER_OPEN: '2s',
        REQUEST_DEADLINE: '8s',
        SANDBOX_PROVIDER: 'on',
        OPENAI_API_KEY: 'x',
        OPENAI_BASE_URL: upstream.baseUrl,
        ANTHROPIC_API_KEY: 'x',
        ANTHROPIC_BASE_URL: upstream.baseUrl,
      },
    });
  });
  afterAll(async () => {
    await system?.stop();
    await upstream.close();
  });

  /** What earlier tests have opened: a success of a model closes its own, and a pin is always tried. */
  async function closeBreakers(models: readonly string[]): Promise<void> {
    upstream.answer((_request, response) => response.writeHead(good[0], good[1]).end(good[2]));
    for (const model of models) {
      const { status } = await send(system, responses.path, {
        body: responses.ask('x', { model }),
      });
      expect(status).toBe(200);
    }
  }

  const json = (status: number, body: object, headers: Record<string, string> = {}) =>
    [status, { 'content-type': 'application/json', ...headers }, JSON.stringify(body)] as const;
  const limited = (wait: Record<string, string>) =>
    json(429, { error: { message: 'Rate limit reached', type: 'rate_limit_error' } }, wait);

  /** The fast lane of responses: three of OpenAI's models, then one of Anthropic's; the last answer is repeated. */
  async function askFast(
    answers: readonly (readonly [number, Record<string, string>, string])[],
    more: object = {},
  ): Promise<Answer> {
    const models = FAST_CHAIN['openai-responses'].map(upstreamNameOf);
    await closeBreakers(models.slice(0, 3));
    upstream.answer((request, response) => {
      const [status, headers, body] = answers[models.indexOf(request.model)] ??
        answers.at(-1) ?? [500, {}, '{}'];
      response.writeHead(status, headers).end(body);
    });
    return send(system, responses.path, {
      body: responses.ask('x', { model: 'flux-fast', ...more }),
    });
  }

  it('tries each model once', async () => {
    const answer = await askFast([json(500, {}), json(500, {}), json(500, {})]);
    expect(answer.status).toBe(502);
    const record = await recordFor(system, answer);
    expect(record['attempts']).toHaveLength(4);
  });

  it('tells the shortest wait where all are at their limits', async () => {
    const waits = [{ 'retry-after': '30' }, { 'retry-after-ms': '6500' }, { 'retry-after': '20' }];
    const answer = await askFast(waits.map(limited));
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('7');
    expect(answer.json.error).toMatchObject({
      type: 'rate_limit_error',
      code: 'rate_limit_exceeded',
    });
    expect(await recordFor(system, answer)).toMatchObject({ status: 429, outcome: 'refused' });
  });

  it('makes up no wait where nobody told one', async () => {
    const answer = await askFast([limited({}), limited({}), limited({})]);
    expect(answer.status).toBe(429);
    expect(answer.headers.has('retry-after')).toBe(false);
  });

  it('sends nobody back before the time that all have told', async () => {
    const answer = await askFast([300, 400, 500].map((s) => limited({ 'retry-after': String(s) })));
    expect(answer.status).toBe(429);
    expect(answer.headers.has('retry-after')).toBe(false);
    expect(answer.headers.get('x-should-retry')).toBe('false');
    expect(answer.json.error.message).toContain('in 300 s');
  });

  it('reads a wait that is a date', async () => {
    const at = new Date(Date.now() + 30_000).toUTCString();
    const answer = await askFast([1, 2, 3].map(() => limited({ 'retry-after': at })));
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(20);
    expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(30);
  });

  it('tells 502 where they failed in different ways', async () => {
    const answer = await askFast([limited({}), json(500, {}), json(401, {})]);
    expect(answer.status).toBe(502);
    expect(responses.codeOf(answer.json)).toBe('upstream_failed');
  });

  const good = json(200, {
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    model: 'm',
    output: [],
    usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
  });
  const oddAnswers: readonly [
    string,
    readonly [number, Record<string, string>, string],
    boolean,
  ][] = [
    ['a web page', [200, { 'content-type': 'text/html' }, '<html>Sorry</html>'], false],
    ['a web page for a stream', [200, { 'content-type': 'text/html' }, '<html></html>'], true],
    ['nothing', [200, { 'content-type': 'application/json' }, ''], false],
    ['an empty stream', [200, { 'content-type': 'text/event-stream' }, ''], true],
    ['JSON of something else', json(200, { hello: 'world' }), false],
    ['an array', [200, { 'content-type': 'application/json' }, '[1,2]'], false],
    [
      'an error with status 200',
      json(200, { error: { message: 'no', type: 'server_error' } }),
      false,
    ],
    ['a redirect', [302, { location: 'http://127.0.0.1:1/' }, ''], false],
    [
      'a stream whose very first event is an error',
      [
        200,
        { 'content-type': 'text/event-stream' },
        'event: error\ndata: {"type":"error","code":"server_error","message":"no","param":null,"sequence_number":0}\n\n',
      ],
      true,
    ],
    ['gzip that nobody asked for', [200, { 'content-encoding': 'gzip' }, '\x1f\x8b'], false],
  ];
  for (const [name, answer, stream] of oddAnswers) {
    it(`takes ${name} for a failure`, async () => {
      const streamed = [
        200,
        { 'content-type': 'text/event-stream' },
        `event: response.completed\ndata: ${JSON.stringify({ type: 'response.completed', sequence_number: 0, response: JSON.parse(good[2]) })}\n\n`,
      ] as const;
      const got = await askFast([answer, stream ? streamed : good], { stream });
      expect(got.status).toBe(200);
      expect(got.headers.get('x-flux-model')).toBe('gpt-5.4-mini');
      expect(triedModels(await recordFor(system, got))).toEqual(['gpt-6-luna', 'gpt-5.4-mini']);
    });
  }

  it('passes over a model that fails again and again, and tries it again after a while', async () => {
    const first = 'gpt-6-luna';
    const ask = () =>
      send(system, responses.path, { body: responses.ask('x', { model: 'flux-fast' }) });
    const tried = async (answer: Answer) => triedModels(await recordFor(system, answer));
    await askFast([json(500, {}), good]);
    await ask();
    const third = await ask();
    const passed = await ask();
    await sleep(2_100);
    expect(await tried(third)).toEqual([first, 'gpt-5.4-mini']);
    expect(await tried(passed)).toEqual(['gpt-5.4-mini']);
    expect((await recordFor(system, passed))['routedModel']).toBe(first);
    upstream.answer((_request, response) => response.writeHead(good[0], good[1]).end(good[2]));
    expect(await tried(await ask())).toEqual([first]);
    expect(await tried(await ask())).toEqual([first]);
  });

  it('does not pass over a pin', async () => {
    const model = 'flux-pinned-gpt-6-luna';
    await askFast([json(500, {})], { model });
    for (let round = 0; round < 4; round += 1) {
      const answer = await send(system, responses.path, { body: responses.ask('x', { model }) });
      expect((await recordFor(system, answer))['attempts']).toHaveLength(1);
    }
  });

  it('waits for an answer that never ends until its deadline, and for no other after it', async () => {
    upstream.answer(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      while (!response.destroyed) {
        response.write(' ');
        await sleep(500);
      }
    });
    const answer = await send(system, responses.path, {
      body: responses.ask('x', { model: 'flux-fast' }),
    });
    expect(answer.status).toBe(504);
    expect(responses.codeOf(answer.json)).toBe('upstream_timeout');
    expect((await recordFor(system, answer))['attempts']).toHaveLength(1);
  });

  it('has sent nothing of this to the sandbox', () => {
    expect(bookOf(system).filter(({ provider }) => provider === 'openai')).toEqual([]);
  });
});
