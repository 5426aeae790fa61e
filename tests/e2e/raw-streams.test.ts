import { execFileSync } from 'node:child_process';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningSystem, startSystem, until } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chat } from './support/dialects.ts';
import { type OpenAnswer, open } from './support/http-client.ts';
import { post, sendRaw } from './support/raw-http.ts';
import { type RecordJson, recordOf } from './support/records.ts';
import { framesOf } from './support/sse.ts';
import { type OwnUpstream, startUpstream, type UpstreamHandler } from './support/upstream.ts';

const COMMENT = ': keep-alive\n\n';

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
      KEEP_ALIVE_COMMENT: '300ms',
      UPSTREAM_FRAME_BYTES: '8k',
      XAI_API_KEY: 'x',
      XAI_BASE_URL: upstream.baseUrl,
    },
  });
});
afterAll(async () => {
  await system?.stop();
  await upstream?.close();
});

const withoutComments = (text: string) => text.replaceAll(COMMENT, '');

const recordFor = ({ headers }: { headers: Headers }): Promise<RecordJson> =>
  recordOf(system, headers.get('x-flux-request-id') ?? '');

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
  it('gets comments of ours between frames only', async () => {
    const bytes = [
      chunk({ content: 'one' }),
      chunk({ content: 'two\u2028' }),
      // Larger than what is held to be read: its first half is passed on before the second comes.
      chunk({ content: 'x'.repeat(20_000) }),
      finish,
      'data: [DONE]\n\n',
    ];
    const answer = await script('halves', async (_request, response) => {
      head(response);
      for (const frame of bytes) {
        const half = Math.ceil(frame.length / 2);
        response.write(frame.slice(0, half));
        await sleep(800);
        response.write(frame.slice(half));
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
});

describe('a connection', () => {
  const words = [chunk({ content: 'one' }), chunk({ content: 'two' }), finish, 'data: [DONE]\n\n'];
  /** A request as bytes, for a script that streams these words a moment apart. */
  function written(name: string, version: string, headers: readonly string[]): string {
    scripts.set(name, async (_request, response) => {
      head(response);
      for (const frame of words) {
        response.write(frame);
        await sleep(20);
      }
      response.end();
    });
    const body = JSON.stringify(chat.ask(name, { model: 'grok-4.7', stream: true }));
    const length = `content-length: ${body.length}`;
    const auth = `authorization: Bearer ${system.key}`;
    return post(chat.path, [auth, length, ...headers], body).replace('HTTP/1.1', version);
  }
  /** The bodies of answers that came one after the other. */
  function bodiesOf(received: string): string[] {
    return received
      .split(/HTTP\/1\.1 200 OK\r\n/)
      .slice(1)
      .map((answer) => {
        const at = answer.indexOf('\r\n\r\n') + 4;
        if (!/transfer-encoding: chunked/i.test(answer.slice(0, at))) return answer.slice(at);
        // RFC 9112, 7.1: a length, that many bytes, and 0 at the end; then perhaps trailers.
        let rest = answer.slice(at);
        let body = '';
        for (let size = -1; size !== 0; ) {
          const line = rest.indexOf('\r\n');
          size = Number.parseInt(rest.slice(0, line), 16);
          body += rest.slice(line + 2, line + 2 + size);
          expect(size === 0 || rest.slice(line + 2 + size, line + 4 + size) === '\r\n').toBe(true);
          rest = rest.slice(line + 2 + size + (size === 0 ? 0 : 2));
        }
        expect(rest).toMatch(/^(?:X-Flux-Cost-Usd: [0-9.]+\r\n)?\r\n$/);
        return body;
      });
  }

  it('may carry requests that are sent before the answer to the first one has come', async () => {
    const received = await sendRaw(system.baseUrl, (socket) =>
      socket.write(
        written('pipelined 1', 'HTTP/1.1', []) +
          written('pipelined 2', 'HTTP/1.1', ['te: trailers']) +
          written('pipelined 3', 'HTTP/1.1', ['connection: close']),
      ),
    );
    expect(bodiesOf(received).map(withoutComments)).toEqual(Array(3).fill(words.join('')));
    expect(received.match(/^X-Flux-Cost-Usd: /gm)).toHaveLength(1);
  });

  it('of a client of HTTP/1.0 gets its stream as it is, to its close', async () => {
    const received = await sendRaw(system.baseUrl, (socket) =>
      socket.write(written('old client', 'HTTP/1.0', ['te: trailers'])),
    );
    expect(bodiesOf(received).map(withoutComments)).toEqual([words.join('')]);
  });
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
    await until('the warm-up', () => written > 20 * MB);
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
    expect(system.said()).toBe('');
  });
});
