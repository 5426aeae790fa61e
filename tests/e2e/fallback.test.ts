import { type RunningSystem, startSystem } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directed, upstreamNameOf } from './support/ask.ts';
import { FAST_CHAIN, triedModels } from './support/chains.ts';
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
import { closedPort } from './support/upstream.ts';

const pinOf = (dialect: ClientDialect) => `flux-pinned-${FAST_CHAIN[dialect.name][0]}`;

async function recordFor(system: RunningSystem, answer: Answer): Promise<RecordJson> {
  return recordOf(system, answer.headers.get('x-flux-request-id') ?? '');
}

describe.concurrent('the chain of a routed request', () => {
  let system: RunningSystem;
  beforeAll(async () => {
    system = await startSystem({
      env: {
        FIRST_REQUEST: 'off',
        BREAKERS: 'off',
        CHAIN_BY_HEALTH: 'off',
        UPSTREAM_SILENCE_TIMEOUT: '4s',
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
    const [first = '', second = ''] = FAST_CHAIN[dialect.name];
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
        expect(triedModels(record)).toEqual(FAST_CHAIN[dialect.name]);
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
    expect(triedModels(await recordFor(system, answer))).toEqual(FAST_CHAIN['openai-chat']);
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
