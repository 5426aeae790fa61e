import { type RunningSystem, startSystem } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directed, upstreamNameOf } from './support/ask.ts';
import { bookOf } from './support/book.ts';
import {
  type ClientDialect,
  chat,
  clientDialects,
  messages,
  responses,
} from './support/dialects.ts';
import { type Answer, send } from './support/http-client.ts';
import { priceOf, usd } from './support/money.ts';
import { expectHeadersEqualRecord, type RecordJson, recordOf } from './support/records.ts';
import { framesOf } from './support/sse.ts';
import { closedPort, type OwnUpstream, startUpstream } from './support/upstream.ts';

/** The Express Lane's chain of those who speak a dialect, in the lane's order. */
const FAST: Readonly<Record<ClientDialect['name'], readonly string[]>> = {
  'openai-chat': ['gpt-6-luna', 'gemini-3.8-flash', 'deepseek-v4-flash', 'qwen3.8-flash'],
  'openai-responses': ['gpt-6-luna', 'gpt-5.4-mini', 'gpt-5-mini'],
  'anthropic-messages': ['claude-haiku-5.5', 'claude-haiku-4.5'],
};

const pinOf = (dialect: ClientDialect) => `flux-pinned-${FAST[dialect.name][0]}`;

/** The models of the attempts, one for each run of tries of the same. */
function triedModels(record: RecordJson): string[] {
  const models: string[] = record['attempts'].map(({ model }: { model: string }) => model);
  return models.filter((model, index) => model !== models[index - 1]);
}

async function recordFor(system: RunningSystem, answer: Answer): Promise<RecordJson> {
  return recordOf(system, answer.headers.get('x-flux-request-id') ?? '', 10_000);
}

describe.concurrent('the chain of a routed request', () => {
  let system: RunningSystem;
  beforeAll(async () => {
    system = await startSystem({
      env: {
        FIRST_REQUEST: 'off',
        BREAKERS: 'off',
        UPSTREAM_SILENCE_TIMEOUT: '2s',
        SANDBOX_PROVIDER: 'on',
        XAI_API_KEY: 'x',
        XAI_BASE_URL: `http://127.0.0.1:${await closedPort()}/v1`,
      },
    });
  });
  afterAll(() => system?.stop());

  const ask = (dialect: ClientDialect, directive: object, more: object = {}) =>
    send(system, dialect.path, {
      body: dialect.ask(directed(directive), { model: 'flux-fast', ...more }),
    });

  const failures: readonly [string, object][] = [
    ['500', { status: 500 }],
    ['503', { status: 503 }],
    ['529', { status: 529 }],
    ['429', { status: 429, retryAfter: 30 }],
    ['a reset before the status line', { die: { afterChunks: -1, how: 'reset' } }],
    ['silence before the status line', { headDelayMs: 60_000 }],
    ['a 401 of our key', { status: 401 }],
    ['a request too long for it', { status: 400, errorCode: 'context_length_exceeded' }],
  ];
  const wholeFailures: readonly [string, object][] = [
    ['a 200 that is no JSON', { garbage: true }],
    ['a body that is cut by a reset', { die: { afterChunks: 1, how: 'reset' } }],
    ['a body that seems to end', { die: { afterChunks: 1, how: 'end' } }],
  ];
  const streamFailures: readonly [string, object][] = [
    ['a 200 that begins with an error event', { errorAfterChunks: 0 }],
    ['a stream that is reset before output', { die: { afterChunks: 0, how: 'reset' } }],
    ['a stream that seems to end before output', { die: { afterChunks: 0, how: 'end' } }],
    ['silence after the head', { firstByteDelayMs: 60_000 }],
  ];

  for (const dialect of clientDialects) {
    const [first = '', second = ''] = FAST[dialect.name];
    const faultOfFirst = (fault: object) => ({ ...fault, failModels: [upstreamNameOf(first)] });

    describe(dialect.name, () => {
      for (const [name, fault] of [...failures, ...wholeFailures]) {
        it(`goes on to the next model after ${name}`, async () => {
          const answer = await ask(dialect, faultOfFirst(fault));
          expect(answer.status).toBe(200);
          expect(answer.headers.get('x-flux-model')).toBe(second);
          expect(answer.headers.get('x-flux-routed')).toBe('true');
          expect(answer.json).toMatchObject({ model: second, routor: { model: second } });
          const record = await recordFor(system, answer);
          expectHeadersEqualRecord(answer.headers, record);
          expect(record).toMatchObject({ routedModel: first, model: second, outcome: 'completed' });
          expect(triedModels(record)).toEqual([first, second]);
          expect(record['attempts'].at(-1)).toMatchObject({ accepted: true, status: 200 });
          expect(record['attempts'][0]).toMatchObject({ accepted: false, outcome: 'failed' });
        });
      }

      for (const [name, fault] of [...failures, ...streamFailures]) {
        it(`streams the next model's answer after ${name}`, async () => {
          const answer = await ask(dialect, faultOfFirst(fault), { stream: true });
          expect(answer.status).toBe(200);
          expect(answer.headers.get('x-flux-model')).toBe(second);
          const frames = framesOf(answer.text);
          expect(dialect.isComplete(frames)).toBe(true);
          expect(dialect.streamedText(frames)).toContain(`(${upstreamNameOf(second)})`);
          const record = await recordFor(system, answer);
          expectHeadersEqualRecord(answer.headers, record);
          expect(record).toMatchObject({ routedModel: first, model: second, outcome: 'completed' });
          expect(triedModels(record)).toEqual([first, second]);
        });
      }

      it('never goes on after the commit point', async () => {
        for (const how of ['reset', 'end']) {
          const fault = { words: 12, die: { afterChunks: 3, how } };
          const answer = await ask(dialect, faultOfFirst(fault), { stream: true });
          expect(answer.headers.get('x-flux-model')).toBe(first);
          const frames = framesOf(answer.text);
          expect(dialect.streamedText(frames)).toContain('amber basin cedar');
          expect(dialect.endsInError(frames)).toBe(true);
          const record = await recordFor(system, answer);
          expect(record['attempts']).toHaveLength(1);
          expect(record).toMatchObject({ outcome: 'cut', model: first });
        }
      });

      it('never goes on for a pin: retries are of the same model', async () => {
        for (const stream of [false, true]) {
          const answer = await ask(dialect, { status: 500 }, { model: pinOf(dialect), stream });
          expect(answer.status).toBe(502);
          expect(answer.headers.has('x-flux-model')).toBe(false);
          expect(answer.headers.get('x-flux-routed')).toBe('false');
          const record = await recordFor(system, answer);
          expect(triedModels(record)).toEqual([first]);
          expect(record).toMatchObject({ routedModel: first, outcome: 'failed', costUsd: '0' });
        }
      });

      it('tries a pin again where that may help', async () => {
        const failKey = `once-${dialect.name}`;
        const once = { status: 500, failTimes: 1, failKey };
        const answer = await ask(dialect, once, { model: pinOf(dialect) });
        expect(answer.status).toBe(200);
        const record = await recordFor(system, answer);
        expect(record['attempts']).toHaveLength(2);
        expect(record).toMatchObject({ model: first, routed: false, profile: 'direct' });
      });

      it('tells a fault of the client as the provider told it, and asks nobody else', async () => {
        for (const status of [400, 413, 422]) {
          const errorMessage = "Invalid 'temperature': must be at most 2.";
          const answer = await ask(dialect, { status, errorMessage });
          expect(answer.status).toBe(status);
          expect(answer.json.error.message).toContain(errorMessage);
          const record = await recordFor(system, answer);
          expect(record['attempts']).toHaveLength(1);
          expect(record).toMatchObject({ outcome: 'refused', status, errorCode: 'upstream_error' });
        }
      });

      it('says what is too long where it is for all', async () => {
        const errorMessage = 'prompt is too long: 210000 tokens > 200000 maximum';
        const fault = { status: 400, errorCode: 'context_length_exceeded', errorMessage };
        const answer = await ask(dialect, fault);
        expect(answer.status).toBe(400);
        expect(dialect.codeOf(answer.json)).toBe('context_length_exceeded');
        if (dialect === messages) {
          expect(answer.json.error.message).toMatch(
            /^prompt is too long: \d+ tokens > \d+ maximum/,
          );
        }
        const record = await recordFor(system, answer);
        expect(triedModels(record)).toEqual(FAST[dialect.name]);
      });

      it('never shows a client a refusal of our own credentials', async () => {
        for (const status of [401, 402, 403]) {
          for (const model of ['flux-fast', pinOf(dialect)]) {
            const errorMessage = 'Incorrect API key provided: sk-proj-abcdefgh12345678.';
            const answer = await ask(dialect, { status, errorMessage }, { model });
            expect(answer.status).toBe(502);
            expect(dialect.codeOf(answer.json)).toBe('provider_misconfigured');
            expect(answer.text).not.toContain('Incorrect');
          }
        }
      });

      it('tells timeouts as timeouts', async () => {
        const answer = await ask(dialect, { headDelayMs: 60_000 }, { model: pinOf(dialect) });
        expect(answer.status).toBe(504);
        expect(dialect.codeOf(answer.json)).toBe('upstream_timeout');
        if (dialect === messages) expect(answer.json.error.type).toBe('timeout_error');
        expect(await recordFor(system, answer)).toMatchObject({ outcome: 'failed', status: 504 });
      });

      it('tells an overload of all as the dialect does', async () => {
        const errorCode = dialect === messages ? 'overloaded_error' : 'engine_overloaded_error';
        const answer = await ask(dialect, { status: dialect === messages ? 529 : 503, errorCode });
        expect(answer.status).toBe(dialect === messages ? 529 : 502);
        if (dialect === messages) expect(answer.json.error.type).toBe('overloaded_error');
        expect(answer.json.error.message).toMatch(/overloaded.*\(request req_[0-9A-Z]{26}\)$/);
      });
    });
  }

  it('goes on after a refused connection', async () => {
    const answer = await ask(
      chat,
      { status: 500, failModels: ['gpt-6.1-sol'] },
      { model: 'flux-standard' },
    );
    expect(answer.headers.get('x-flux-model')).toBe('deepseek-v4-pro');
    const record = await recordFor(system, answer);
    expect(triedModels(record)).toEqual(['gpt-6.1-sol', 'grok-4.7', 'deepseek-v4-pro']);
    const refused = record['attempts'].filter(
      ({ model }: { model: string }) => model === 'grok-4.7',
    );
    expect(refused[0]).toMatchObject({ status: null, errorCode: 'upstream_failed' });
  });

  it('tries each model of the chain but no fifth', async () => {
    const answer = await ask(chat, { status: 500 });
    expect(answer.status).toBe(502);
    expect(chat.codeOf(answer.json)).toBe('upstream_failed');
    expect(triedModels(await recordFor(system, answer))).toEqual(FAST['openai-chat']);
  });

  describe('never costs more than the model that was chosen first', () => {
    const tokens = { input: 1_000, output: 1_000 };
    const cost = (input: string, output: string) =>
      usd(priceOf(tokens.input, input) + priceOf(tokens.output, output));
    // Prices of the lane's rate card, US dollars a million tokens in and out.
    const cases: readonly [string, ClientDialect, string, string[], string, string][] = [
      [
        'where the one that serves is dearer',
        chat,
        'flux-reasoning',
        ['gemini-4-argon', 'kimi-k3', 'qwen3.8-max'],
        'gpt-6-astra', // 10 / 50
        cost('4', '16'), // gemini-4-argon, at its lane's floor
      ],
      [
        'where only its output is dearer',
        messages,
        'flux-fast',
        ['claude-haiku-5-5'],
        'claude-haiku-4.5', // 1 / 5
        cost('1', '4'), // claude-haiku-5.5
      ],
      [
        'and less where the one that serves is cheaper',
        responses,
        'flux-standard',
        ['gpt-6.1-sol', 'gpt-5.6-terra'],
        'gpt-5.4', // 2.5 / 15
        cost('2', '10'), // gpt-6.1-sol
      ],
      [
        'and what it costs itself where that is less',
        chat,
        'flux-standard',
        ['gpt-6.1-sol'],
        'deepseek-v4-pro', // 2 / 8, at its lane's floor
        cost('2', '8'),
      ],
    ];
    for (const [name, dialect, model, failModels, served, expected] of cases) {
      for (const stream of [false, true]) {
        it(`${name}${stream ? ', streamed' : ''}`, async () => {
          const answer = await ask(dialect, { status: 500, failModels, tokens }, { model, stream });
          expect(answer.headers.get('x-flux-model')).toBe(served);
          const record = await recordFor(system, answer);
          expect(record['costUsd']).toBe(expected);
          expectHeadersEqualRecord(answer.headers, record);
        });
      }
    }
  });

  it('passes over nobody for failing again and again where breakers are off', async () => {
    for (let round = 0; round < 7; round += 1) {
      const answer = await ask(messages, { status: 500, failModels: ['claude-haiku-5-5'] });
      const record = await recordFor(system, answer);
      expect(triedModels(record)).toEqual(['claude-haiku-5.5', 'claude-haiku-4.5']);
    }
  });
});

describe('with retries turned off', () => {
  let system: RunningSystem;
  let upstream: OwnUpstream;
  beforeAll(async () => {
    upstream = await startUpstream();
    system = await startSystem({
      env: {
        FIRST_REQUEST: 'off',
        ATTEMPT_RETRIES: '0',
        BREAKER_FAILURES: '3',
        BREAKER_OPEN: '1s',
        SANDBOX_PROVIDER: 'on',
        OPENAI_API_KEY: 'x',
        OPENAI_BASE_URL: upstream.baseUrl,
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

  /** The fast lane of responses is all OpenAI's: three models, and what each answers. */
  async function askFast(
    answers: readonly (readonly [number, Record<string, string>, string])[],
    more: object = {},
  ): Promise<Answer> {
    const models = FAST['openai-responses'];
    await closeBreakers(models);
    upstream.answer((request, response) => {
      const [status, headers, body] = answers[models.indexOf(request.model)] ?? [500, {}, '{}'];
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
    expect(record['attempts']).toHaveLength(3);
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
    expect(await tried(await ask())).toEqual([first, 'gpt-5.4-mini']);
    const passed = await ask();
    expect(await tried(passed)).toEqual(['gpt-5.4-mini']);
    expect((await recordFor(system, passed))['routedModel']).toBe(first);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
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

  it('has sent nothing of this to the sandbox', () => {
    expect(bookOf(system).filter(({ provider }) => provider === 'openai')).toEqual([]);
  });
});
