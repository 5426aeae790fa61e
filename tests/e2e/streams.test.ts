import { execFileSync } from 'node:child_process';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningSystem, startSystem, until } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directed } from './support/ask.ts';
import { booked } from './support/book.ts';
import {
  type ClientDialect,
  chat,
  clientDialects,
  messages,
  responses,
} from './support/dialects.ts';
import { type Answer, type OpenAnswer, open, send, start } from './support/http-client.ts';
import { priceOf, usd } from './support/money.ts';
import { expectHeadersEqualRecord, type RecordJson, recordOf } from './support/records.ts';
import { framesOf } from './support/sse.ts';
import { type OwnUpstream, startUpstream, type UpstreamHandler } from './support/upstream.ts';

const COMMENT = ': keep-alive\n\n';
const DEADLINE_MS = 12_000;

/** A model of each dialect at list prices that are the lane's floor, US dollars a million tokens. */
const MODELS: Readonly<Record<ClientDialect['name'], string>> = {
  'openai-chat': 'flux-pinned-gpt-6-luna',
  'openai-responses': 'flux-pinned-gpt-6-luna',
  'anthropic-messages': 'flux-pinned-claude-haiku-5.5',
};
/** Cache prices keep the ratio of their list prices (0.01 and 0.125 to 0.1); an hour's write is 2 x input. */
const RATES = { input: '1', cacheRead: '0.1', cacheWrite: '1.25', cacheWrite1h: '2', output: '4' };

let system: RunningSystem;
let upstream: OwnUpstream;
/** What the test's own provider does with a request, by the words of its user. */
const scripts = new Map<string, UpstreamHandler>();

beforeAll(async () => {
  upstream = await startUpstream();
  upstream.answer((request, response) => {
    const { messages: turns } = JSON.parse(request.body.toString());
    const script = scripts.get(turns[0].content);
    if (script === undefined) response.writeHead(400).end('{}');
    else void script(request, response);
  });
  system = await startSystem({
    env: {
      FIRST_REQUEST: 'off',
      BREAKERS: 'off',
      COMMIT_AFTER: '700ms',
      KEEP_ALIVE_COMMENT: '300ms',
      UPSTREAM_SILENCE_TIMEOUT: '3s',
      REQUEST_DEADLINE: `${DEADLINE_MS}ms`,
      SANDBOX_PROVIDER: 'on',
      XAI_API_KEY: 'x',
      XAI_BASE_URL: upstream.baseUrl,
    },
  });
});
afterAll(async () => {
  await system?.stop();
  await upstream?.close();
});

type Wishes = { model?: string; headers?: Record<string, string> } & Record<string, unknown>;

function body(dialect: ClientDialect, directive: object, more: object): object {
  return dialect.ask(directed(directive), { model: MODELS[dialect.name], ...more });
}

async function stream(
  dialect: ClientDialect,
  directive: object,
  { headers = {}, ...more }: Wishes = {},
): Promise<Answer> {
  const answer = await send(system, dialect.path, {
    body: body(dialect, directive, { stream: true, ...more }),
    headers,
  });
  expect(answer.status).toBe(200);
  return answer;
}

const whole = (dialect: ClientDialect, directive: object) =>
  send(system, dialect.path, { body: body(dialect, directive, {}) });

function recordFor({ headers }: { headers: Headers }): Promise<RecordJson> {
  return recordOf(system, headers.get('x-flux-request-id') ?? '', 15_000);
}

const withoutComments = (text: string) => text.replaceAll(COMMENT, '');

/** Chat, by the test's own provider. */
const script = (name: string, handler: UpstreamHandler, more: object = {}) => {
  scripts.set(name, handler);
  return open(system, chat.path, {
    body: chat.ask(name, { model: 'grok-4.7', stream: true, ...more }),
  });
};
const chunk = (delta: object, more: object = {}) =>
  `data: ${JSON.stringify({ id: 'chatcmpl-own', object: 'chat.completion.chunk', created: 1, model: 'grok-4.7', choices: [{ index: 0, delta, finish_reason: null }], ...more })}\n\n`;
const finish = chunk({}, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
const head = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'text/event-stream' });

describe.concurrent('a stream', () => {
  for (const dialect of clientDialects) {
    describe(dialect.name, () => {
      it('is committed to where upstream is silent after its head, and kept alive', async () => {
        const answer = await open(system, dialect.path, {
          body: body(dialect, { firstByteDelayMs: 2_500, words: 3 }, { stream: true }),
        });
        await answer.readUntil((text) => text.includes(COMMENT));
        expect(answer.received().toString()).toMatch(/^(?:: keep-alive\n\n)+$/);
        const { text } = await answer.readAll();
        expect(text.indexOf(COMMENT.repeat(3))).toBe(0);
        expect(dialect.isComplete(framesOf(text))).toBe(true);
        expect(await recordFor(answer)).toMatchObject({ outcome: 'completed' });
      });

      it('tries nobody else after that', async () => {
        const [first, lane] =
          dialect === messages ? ['claude-haiku-5-5', 'flux-fast'] : ['gpt-6-luna', 'flux-fast'];
        const die = { afterChunks: 0, how: 'reset' };
        const fault = { firstByteDelayMs: 2_000, die, failModels: [first] };
        const answer = await stream(dialect, fault, { model: lane });
        expect(answer.text.startsWith(COMMENT)).toBe(true);
        expect(dialect.endsInError(framesOf(answer.text))).toBe(true);
        const record = await recordFor(answer);
        expect(record['attempts']).toHaveLength(1);
        expect(record).toMatchObject({ outcome: 'failed', status: 200 });
      });

      for (const how of ['reset', 'end']) {
        it(`ends in the dialect's error where upstream dies (${how})`, async () => {
          const answer = await stream(dialect, { words: 9, die: { afterChunks: 4, how } });
          const frames = framesOf(answer.text);
          expect(dialect.streamedText(frames).trim()).toBe('amber basin cedar delta');
          expect(dialect.endsInError(frames)).toBe(true);
          expect(dialect.isComplete(frames)).toBe(false);
          const id = answer.headers.get('x-flux-request-id');
          expect(frames.at(-1)?.data).toContain(`(request ${id})`);
          const record = await recordFor(answer);
          expect(record).toMatchObject({ outcome: 'cut', status: 200 });
          expect(record['errorCode']).not.toBeNull();
          expect(Number(record['costUsd'])).toBeGreaterThan(0);
        });
      }

      it("ends in the dialect's error where upstream falls silent for too long", async () => {
        const answer = await stream(dialect, { words: 9, silentMs: 60_000 });
        const frames = framesOf(answer.text);
        expect(dialect.endsInError(frames)).toBe(true);
        expect(answer.text).toContain(COMMENT);
        const record = await recordFor(answer);
        expect(record).toMatchObject({ outcome: 'cut', errorCode: 'upstream_timeout' });
      });

      it("passes upstream's own error on as it is, and adds none", async () => {
        const fault = { words: 9, errorAfterChunks: 3, errorMessage: 'Upstream is sorry.' };
        const answer = await stream(dialect, fault);
        const frames = framesOf(answer.text);
        expect(dialect.endsInError(frames)).toBe(true);
        expect(dialect.endsInError(frames.slice(0, -1))).toBe(false);
        expect(frames.at(-1)?.data).toContain('Upstream is sorry.');
        expect(await recordFor(answer)).toMatchObject({ outcome: 'failed' });
      });

      it('is ended where upstream forgets to', async () => {
        const answer = await stream(dialect, { words: 5, noTerminal: true });
        const frames = framesOf(answer.text);
        // Nobody but the provider can say how a response ended.
        const endable = dialect !== responses;
        expect(dialect.isComplete(frames)).toBe(endable);
        expect(dialect.endsInError(frames)).toBe(!endable);
        const record = await recordFor(answer);
        expect(record['outcome']).toBe(endable ? 'completed' : 'cut');
        expect(Number(record['costUsd'])).toBeGreaterThan(0);
      });

      it('passes a broken event on as it is', async () => {
        const answer = await stream(dialect, { words: 5, garbage: true });
        expect(answer.text).toContain('data: {"garbage": [tru\n\n');
        expect(await recordFor(answer)).toMatchObject({ outcome: 'completed' });
      });

      it('may have any line ends and come in any pieces', async () => {
        const answer = await stream(
          dialect,
          { words: 9, lineEnding: 'crlf', splitBytes: 1, hash: true },
          { headers: { 'x-flux-stream-cost': 'usage' } },
        );
        const frames = framesOf(answer.text);
        expect(dialect.isComplete(frames)).toBe(true);
        expect(withoutComments(answer.text).replaceAll('\r\n', '')).not.toContain('\n');
        const record = await recordFor(answer);
        expect(dialect.finalUsageEvent(frames)?.['flux']).toMatchObject({
          cost_usd: record['costUsd'],
        });
      });

      it('is charged as far as it came where the client goes', async () => {
        const answer = await open(system, dialect.path, {
          body: body(dialect, { endless: true, chunkDelayMs: 20 }, { stream: true }),
        });
        const wordsOf = (text: string) => dialect.streamedText(framesOf(text)).split(' ').length;
        await answer.readUntil((text) => wordsOf(text) > 30);
        answer.leave();
        const words = wordsOf(answer.received().toString());
        const record = await recordFor(answer);
        expect(record).toMatchObject({ outcome: 'client_gone', status: 200 });
        expect(['partial', 'estimated']).toContain(record['usage'].source);
        // A word is 1.2 tokens; some more were on their way when the client left.
        expect(record['usage'].output).toBeGreaterThanOrEqual(words);
        expect(record['usage'].output).toBeLessThan(1.2 * (words + 30));
        expect(record['usage'].input).toBeGreaterThan(5);
        const cost = priceOf(record['usage'].input, '1') + priceOf(record['usage'].output, '4');
        expect(record['costUsd']).toBe(usd(cost));
        expect(await booked(system, record['upstreamId'])).toMatchObject({
          outcome: 'client_gone',
        });
      });

      it('that nobody waits for any more is not begun for nothing', async () => {
        const clientId = `gone-${dialect.name}`;
        const request = start(system, dialect.path, {
          body: body(dialect, { headDelayMs: 60_000 }, { stream: true }),
          headers: { 'x-client-request-id': clientId },
        });
        request.head.catch(() => {});
        await sleep(300);
        request.leave();
        const [record] = await until('its record', async () => {
          const { json } = await send(system, `/v1/requests?any=${clientId}`);
          return json.data.length > 0 && (json.data as RecordJson[]);
        });
        expect(record).toMatchObject({ outcome: 'client_gone', costUsd: '0', model: null });
        expect(record?.['attempts']).toHaveLength(1);
        expect(record?.['attempts'][0]).toMatchObject({ accepted: false });
      });

      it('tells its cost as a trailer to those who read trailers', async () => {
        const answer = await stream(
          dialect,
          { words: 20 },
          { headers: { te: 'trailers', connection: 'te' } },
        );
        expect(answer.headers.get('trailer')).toBe('X-Flux-Cost-Usd');
        expect(answer.headers.has('x-flux-cost-usd')).toBe(false);
        const record = await recordFor(answer);
        expect(answer.trailers['x-flux-cost-usd']).toBe(record['costUsd']);
        expect(Number(record['costUsd'])).toBeGreaterThan(0);
        const without = await stream(dialect, { words: 20 });
        expect(without.trailers).toEqual({});
        expect(without.headers.has('trailer')).toBe(false);
      });

      for (const usage of ['normal', 'everyChunk', 'lastContentChunk', 'repeat']) {
        it(`tells its cost in its final usage event alone (usage: ${usage})`, async () => {
          const answer = await stream(
            dialect,
            { words: 20, usage },
            { headers: { 'x-flux-stream-cost': 'usage' } },
          );
          const frames = framesOf(answer.text);
          expect(dialect.isComplete(frames)).toBe(true);
          const record = await recordFor(answer);
          expect(dialect.finalUsageEvent(frames)?.['flux']).toEqual({
            cost_usd: record['costUsd'],
            model: record['model'],
            request_id: record['id'],
          });
          expect(frames.filter(({ data }) => data.includes('"flux"'))).toHaveLength(1);
        });
      }

      it('ends at its deadline', async () => {
        const began = performance.now();
        const answer = await stream(dialect, { endless: true, chunkDelayMs: 150 });
        expect(performance.now() - began).toBeGreaterThan(DEADLINE_MS - 1_000);
        const frames = framesOf(answer.text);
        expect(dialect.endsInError(frames)).toBe(true);
        const record = await recordFor(answer);
        expect(record['outcome']).toBe('cut');
        expect(Number(record['costUsd'])).toBeGreaterThan(0);
        expect(await booked(system, record['upstreamId'])).toMatchObject({
          outcome: 'client_gone',
        });
      });
    });
  }

  it('gets comments of ours between frames only', async () => {
    const bytes = [
      chunk({ content: 'one' }),
      chunk({ content: 'two\u2028' }),
      finish,
      'data: [DONE]\n\n',
    ];
    const answer = await script('halves', async (_request, response) => {
      head(response);
      for (const frame of bytes) {
        response.write(frame.slice(0, 70));
        await sleep(800);
        response.write(frame.slice(70));
      }
      response.end();
    });
    const { text } = await answer.readAll();
    expect(text).toContain(COMMENT);
    expect(withoutComments(text)).toBe(bytes.join(''));
    let before = '';
    for (const part of text.split(COMMENT).slice(0, -1)) {
      before += part;
      expect(before === '' || before.endsWith('\n\n')).toBe(true);
    }
  });

  it('that dies within a frame ends in an error that clients can read', async () => {
    const answer = await script('half', (_request, response) => {
      head(response);
      response.write(chunk({ content: 'one' }));
      response.write(chunk({ content: 'two' }).slice(0, 60), () => response.socket?.destroy());
    });
    const frames = framesOf((await answer.readAll()).text);
    expect(chat.streamedText(frames)).toBe('one');
    expect(chat.endsInError(frames)).toBe(true);
    expect(frames).toHaveLength(2);
  });

  it('ends for the client when its last event has come, whatever upstream does then', async () => {
    const answer = await script('lingers', (_request, response) => {
      head(response);
      response.write(chunk({ content: 'one' }) + finish);
      response.write('data: [DONE]\n\n');
    });
    const { text } = await answer.readAll();
    expect(chat.isComplete(framesOf(text))).toBe(true);
    expect(await recordFor(answer)).toMatchObject({ outcome: 'completed' });
  });

  it('is charged once and told once where upstream is reset after the last event', async () => {
    const answer = await script('reset-after', (_request, response) => {
      head(response);
      response.write(`${chunk({ content: 'one' }) + finish}data: [DONE]\n\n`, () =>
        response.socket?.resetAndDestroy(),
      );
    });
    const { text } = await answer.readAll();
    expect(chat.isComplete(framesOf(text))).toBe(true);
    expect(await recordFor(answer)).toMatchObject({ outcome: 'completed' });
  });

  it('that is not one ends at its deadline too', async () => {
    const answer = await script(
      'dribbles',
      async (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        while (!response.destroyed) {
          response.write(' ');
          await sleep(500);
        }
      },
      { stream: false },
    );
    expect(answer.status).toBe(504);
    const { json } = await answer.readAll();
    expect(chat.codeOf(json)).toBe('upstream_timeout');
  });
});

describe.concurrent('the usage of an answer', () => {
  const tokens = { input: 1_234, output: 321, cacheRead: 200, reasoning: 21 };
  const written = { ...tokens, cacheWrite: 100, cacheWrite1h: 50 };
  const costOf = (used: Partial<typeof written>) =>
    usd(
      priceOf(used.input ?? 0, RATES.input) +
        priceOf(used.cacheRead ?? 0, RATES.cacheRead) +
        priceOf(used.cacheWrite ?? 0, RATES.cacheWrite) +
        priceOf(used.cacheWrite1h ?? 0, RATES.cacheWrite1h) +
        priceOf(used.output ?? 0, RATES.output),
    );

  const both: readonly [string, (dialect: ClientDialect, directive: object) => Promise<Answer>][] =
    [
      ['streamed', stream],
      ['whole', whole],
    ];

  for (const dialect of clientDialects) {
    for (const [name, ask] of both) {
      describe(`${dialect.name}, ${name}`, () => {
        for (const usage of ['normal', 'everyChunk', 'lastContentChunk', 'repeat']) {
          it(`is what the provider said last (usage: ${usage})`, async () => {
            const record = await recordFor(await ask(dialect, { words: 30, tokens, usage }));
            expect(record['usage']).toMatchObject({ ...tokens, source: 'provider' });
            expect(record['costUsd']).toBe(costOf(tokens));
          });
        }

        it('has disjoint buckets', async () => {
          const used = dialect === messages ? written : tokens;
          const record = await recordFor(await ask(dialect, { words: 30, tokens: used }));
          const { cacheWrite, cacheWrite1h } = { ...written, ...used };
          expect(record['usage']).toMatchObject({
            ...tokens,
            ...(dialect === messages ? { cacheWrite5m: cacheWrite, cacheWrite1h } : {}),
            source: 'provider',
          });
          expect(record['costUsd']).toBe(costOf(used));
        });

        it('that the provider calls zero stays zero', async () => {
          const record = await recordFor(await ask(dialect, { words: 30, usage: 'zero' }));
          expect(record['usage']).toMatchObject({ input: 0, output: 0, source: 'provider' });
          expect(record['costUsd']).toBe('0');
        });

        it('that the provider does not tell is counted', async () => {
          const answer = await ask(dialect, { words: 200, usage: 'none' });
          const record = await recordFor(answer);
          expect(record['usage'].source).toBe('estimated');
          // 200 words of the sandbox are 241 tokens of o200k_base, the directive 12.
          expect(record['usage'].output).toBeGreaterThanOrEqual(235);
          expect(record['usage'].output).toBeLessThanOrEqual(250);
          expect(record['usage'].input).toBeGreaterThanOrEqual(10);
          expect(record['usage'].input).toBeLessThanOrEqual(25);
          expect(record['costUsd']).toBe(costOf(record['usage']));
          expectHeadersEqualRecord(answer.headers, record);
        });
      });
    }

    it(`${dialect.name}: the usage chunk is for those who ask for it`, async () => {
      const unasked = framesOf((await stream(dialect, { words: 3 })).text);
      const asked = framesOf(
        (
          await stream(
            dialect,
            { words: 3 },
            { ...(dialect === chat ? { stream_options: { include_usage: true } } : {}) },
          )
        ).text,
      );
      expect(dialect.finalUsageEvent(asked)).toBeDefined();
      if (dialect === chat)
        expect(unasked.some(({ data }) => data.includes('"usage":{'))).toBe(false);
      else expect(unasked.map(({ event }) => event)).toEqual(asked.map(({ event }) => event));
    });
  }
});

describe('a slow reader', () => {
  const MB = 1024 * 1024;
  let written = 0;
  let closed = 0;

  /** An endless stream of numbered chunks, as fast as they are taken. */
  async function pour(response: ServerResponse): Promise<void> {
    head(response);
    response.on('close', () => {
      closed += 1;
    });
    const pad = 'x'.repeat(2_000);
    for (let number = 0; !response.destroyed; number += 1) {
      const frame = chunk({ content: `<${number}>${pad}` });
      written += frame.length;
      if (!response.write(frame)) await drainedOrClosed(response);
    }
  }
  const drainedOrClosed = (response: ServerResponse) =>
    new Promise<void>((resolve) => {
      const done = (): void => {
        response.off('drain', done).off('close', done);
        resolve();
      };
      response.on('drain', done).on('close', done);
    });
  const openPour = () => script('pour', (_request, response) => pour(response));

  function rssBytes(): number {
    const pid = String(system.pids()['gateway']);
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', pid], { encoding: 'utf8' })) * 1024;
  }

  /** Resolves when nothing was written upstream for a second. */
  async function untilPaused(): Promise<void> {
    let before = -1;
    await until(
      'upstream to be paused',
      () => {
        const same = written === before;
        before = written;
        return same;
      },
      { everyMs: 1_000, timeoutMs: 10_000 },
    );
  }

  it('pauses upstream, holds nothing in memory and loses nothing', async () => {
    const warmUp = await openPour();
    await until('the warm-up', () => written > 30 * MB);
    warmUp.leave();
    await until('the warm-up to end', () => closed === 1);
    await recordFor(warmUp);

    const rssBefore = rssBytes();
    written = 0;
    const slow: OpenAnswer[] = [];
    for (let count = 0; count < 4; count += 1) {
      const answer = await openPour();
      answer.pause();
      slow.push(answer);
    }
    await untilPaused();
    expect(rssBytes() - rssBefore).toBeLessThan(30 * MB);
    // What is under way is in the kernel's buffers of two connections each.
    expect(written).toBeLessThan(4 * 32 * MB);

    const [first] = slow;
    if (first === undefined) throw new Error('no stream');
    const writtenBefore = written;
    first.resume();
    await until('upstream to go on', () => written > writtenBefore + 8 * MB, { timeoutMs: 8_000 });
    for (const answer of slow) answer.leave();
    await until('upstream to be told', () => closed === 5);

    const numbers = [
      ...first
        .received()
        .toString()
        .matchAll(/<(\d+)>/g),
    ].map((match) => Number(match[1]));
    expect(numbers).toEqual(numbers.map((_, index) => index));
    expect(numbers.length).toBeGreaterThan(1_000);
    for (const answer of slow) {
      const record = await recordFor(answer);
      expect(record['outcome']).toBe('client_gone');
      expect(Number(record['costUsd'])).toBeGreaterThan(0);
    }
  });
});
