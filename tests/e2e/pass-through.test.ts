import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type RunningSystem, startSystem } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClientDialect, chat, clientDialects, responses } from './support/dialects.ts';
import { type Answer, send } from './support/http-client.ts';
import { randomPieces, seededRandom } from './support/random.ts';
import { type Recording, recordingsOf } from './support/recordings.ts';
import { expectHeadersEqualRecord, recordOf } from './support/records.ts';
import { framesOf } from './support/sse.ts';
import { type OwnUpstream, startUpstream } from './support/upstream.ts';

let system: RunningSystem;
let upstream: OwnUpstream;
beforeAll(async () => {
  upstream = await startUpstream();
  system = await startSystem({
    env: {
      FIRST_REQUEST: 'off',
      ATTEMPT_RETRIES: '0',
      BREAKERS: 'off',
      CHAIN_BY_HEALTH: 'off',
      OPENAI_API_KEY: 'key-of-ours',
      OPENAI_BASE_URL: upstream.baseUrl,
      ANTHROPIC_API_KEY: 'key-of-ours',
      ANTHROPIC_BASE_URL: upstream.origin,
    },
  });
});
afterAll(async () => {
  await system?.stop();
  await upstream?.close();
});

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

async function writePieces(response: ServerResponse, pieces: readonly Buffer[]): Promise<void> {
  for (const piece of pieces) {
    response.write(piece);
    await nextTurn();
  }
}

/** Sends a request to which upstream answers with these pieces, each in a packet of its own. */
function exchange(
  dialect: ClientDialect,
  request: Buffer | object,
  pieces: readonly Buffer[],
  { contentType = 'text/event-stream', dies = false, headers = {} as Record<string, string> } = {},
): Promise<Answer> {
  upstream.answer(async (_request, response) => {
    response.writeHead(200, { 'content-type': contentType });
    await writePieces(response, pieces);
    if (dies) response.socket?.destroy();
    else response.end();
  });
  return send(system, dialect.path, { body: request, headers });
}

const byByte = (bytes: Buffer) => Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
const splits: readonly [string, (bytes: Buffer) => Buffer[]][] = [
  ['whole', (bytes) => [bytes]],
  ['byte by byte', byByte],
  ...[1, 2, 3].map((seed): [string, (bytes: Buffer) => Buffer[]] => [
    `in pieces (seed ${seed})`,
    (bytes) => randomPieces(bytes, seed),
  ]),
];

/** Frames with the bytes they are made of: each ends in a blank line, whatever the line ends. */
function rawFrames(text: string): string[] {
  return (
    text
      .match(
        /(?:(?!\r\n\r\n|\n\n|\r\r|\n\r\n|\r\n\n)[\s\S])*(?:\r\n\r\n|\n\r\n|\r\n\n|\n\n|\r\r|$)/g,
      )
      ?.filter((frame) => frame !== '') ?? []
  );
}

/** What a client gets of a stream: all but a chunk of usage alone that it did not ask for. */
function expectedStream(dialect: ClientDialect, { request, stream }: Recording): Buffer {
  const text = stream?.toString('latin1') ?? '';
  const asked = JSON.parse(request.toString()).stream_options?.include_usage === true;
  if (dialect !== chat || asked) return Buffer.from(text, 'latin1');
  const kept = rawFrames(text).filter((frame) => {
    const [event] = framesOf(frame);
    if (event === undefined || !event.data.startsWith('{')) return true;
    const { choices, usage } = JSON.parse(event.data);
    return usage == null || (Array.isArray(choices) && choices.length > 0);
  });
  return Buffer.from(kept.join(''), 'latin1');
}

/** Takes the listed splices of an answer back out: the model's name, and `routor` at the end. */
function withoutSplices(client: Buffer, upstreamModel: string): string[] {
  const text = client.toString();
  const { model, routor } = JSON.parse(text);
  const added = `,"routor":${JSON.stringify(routor)}`;
  expect(text.split(added)).toHaveLength(2);
  const parts = text.replace(added, '').split(JSON.stringify(model));
  // The name may stand in other places too: one of these is where it was put.
  return parts.slice(1).map((_, at) => {
    const place = at + 1;
    const name = JSON.stringify(model);
    return `${parts.slice(0, place).join(name)}${JSON.stringify(upstreamModel)}${parts.slice(place).join(name)}`;
  });
}

/** Ids of ours at the vendor, which upstream's error events may name. */
const OUR_IDS = /\b(?:req_|org-)[A-Za-z0-9]{8,}/;

function namesOurs(stream: Buffer): boolean {
  return OUR_IDS.test(rawFrames(stream.toString('latin1')).at(-1) ?? '');
}

/** All but upstream's last event has passed as it is; that one is told in words of ours. */
function expectInOurWords(dialect: ClientDialect, { body, text }: Answer, stream: Buffer): void {
  const before = rawFrames(stream.toString('latin1')).slice(0, -1).join('');
  expect(sha256(body.subarray(0, before.length))).toBe(sha256(Buffer.from(before, 'latin1')));
  expect(text).not.toMatch(/\borg-[A-Za-z0-9]{8,}/);
  const frames = framesOf(text);
  expect(frames).toHaveLength(framesOf(stream.toString()).length);
  expect(dialect.endsInError(frames)).toBe(true);
  expect(frames.at(-1)?.data).toMatch(/\(request req_[0-9A-Z]{26}\)/);
}

for (const dialect of clientDialects) {
  describe(`${dialect.name}: recordings reach the client byte for byte`, () => {
    for (const recording of recordingsOf(dialect)) {
      const { name, request, answer, stream, failsBeforeOutput } = recording;
      it(name, async () => {
        for (const [how, split] of splits) {
          if (answer !== null) {
            const got = await exchange(dialect, request, split(answer), {
              contentType: 'application/json',
            });
            expect(got.status, how).toBe(200);
            const undone = withoutSplices(got.body, JSON.parse(answer.toString()).model);
            expect(undone.map(sha256), how).toContain(sha256(answer));
          } else if (stream !== null) {
            const got = await exchange(dialect, request, split(stream));
            if (failsBeforeOutput) {
              expect(got.status, how).toBeGreaterThanOrEqual(500);
              continue;
            }
            expect(got.status, how).toBe(200);
            if (namesOurs(stream)) expectInOurWords(dialect, got, stream);
            else expect(sha256(got.body), how).toBe(sha256(expectedStream(dialect, recording)));
          }
        }
      });
    }

    it('but for the cost in a usage event, where that is asked for', async () => {
      for (const { name, request, stream, failsBeforeOutput } of recordingsOf(dialect)) {
        if (stream === null || failsBeforeOutput) continue;
        const headers = { 'x-flux-stream-cost': 'usage' };
        for (const pieces of [[stream], randomPieces(stream, 4)]) {
          const got = await exchange(dialect, request, pieces, { headers });
          if (namesOurs(stream)) {
            expectInOurWords(dialect, got, stream);
            continue;
          }
          const undone = got.body.toString('latin1').replace(/,"flux":\{[^{}]*\}/, '');
          expect(sha256(Buffer.from(undone, 'latin1')), name).toBe(sha256(stream));
        }
      }
    });

    it('or up to where they were cut, and then end in an error that clients can read', async () => {
      const random = seededRandom(7);
      for (const recording of recordingsOf(dialect)) {
        const { request, stream, failsBeforeOutput } = recording;
        if (stream === null || failsBeforeOutput) continue;
        const whole = expectedStream(dialect, recording).toString('latin1');
        for (let cut = 0; cut < 6; cut += 1) {
          const length = Math.floor(random() * (stream.length - 20));
          const got = await exchange(
            dialect,
            request,
            randomPieces(stream.subarray(0, length), cut),
            {
              dies: true,
            },
          );
          const where = `${recording.name}, after ${length} bytes`;
          if (got.status !== 200) {
            expect(got.status, where).toBe(502);
            continue;
          }
          const frames = framesOf(got.text);
          expect(dialect.endsInError(frames) || dialect.isComplete(frames), where).toBe(true);
          const text = got.body.toString('latin1');
          let same = 0;
          while (same < text.length && text[same] === whole[same]) same += 1;
          // What is not upstream's is one error (for responses perhaps with its beginning), at the end.
          const ours = framesOf(`\n\n${got.body.subarray(same).toString()}`);
          expect(ours.length, where).toBeLessThanOrEqual(dialect === responses ? 2 : 1);
        }
      }
    });
  });
}

describe('streams that are odd but right', () => {
  const chunk = (content: string, more = '') =>
    `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-5.4","choices":[{"index":0,"delta":{"content":${content}},"finish_reason":null}]${more}}`;
  const stop =
    'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-5.4","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}';
  const done = 'data: [DONE]';
  const join = (frames: string[], end = '\n') => frames.map((frame) => frame + end + end).join('');
  const odd: readonly [string, string][] = [
    ['comments of upstream', join([': PROCESSING', chunk('"a"'), ':', ': ping', stop, done])],
    ['a byte order mark', `\ufeff${join([chunk('"a"'), stop, done])}`],
    ['lone CRs as line ends', join([chunk('"a"'), stop, done], '\r')],
    [
      'ids, retries and unknown fields',
      join([`id: 7\nretry: 10\nx: y\n${chunk('"a"')}`, stop, done]),
    ],
    ['U+2028, U+2029 and U+0085 as they are', join([chunk('"\u2028\u2029\u0085"'), stop, done])],
    ['emoji and escapes', join([chunk('"\u{1f600}\\ud83d\\ude00 \\u0000 \\/"'), stop, done])],
    ['no blank after the colon', join([chunk('"a"'), stop, done]).replaceAll('data: ', 'data:')],
    [
      'a member of ours in it',
      join([chunk('"a"', ',"flux":{"cost_usd":"1"},"routor":1'), stop, done]),
    ],
    ['blank lines between frames', join([chunk('"a"'), stop, done], '\n\n\n')],
    ['a frame of 1.5 MB', join([chunk(`"${'x'.repeat(1_500_000)}"`), chunk('"b"'), stop, done])],
    ['text after its end', `${join([chunk('"a"'), stop, done])}: bye\n\n`],
    ['invalid UTF-8', `${join([chunk('"a\\u00e9"'), chunk('"\xff\xfe"'), stop, done])}`],
  ];
  for (const [name, text] of odd) {
    it(name, async () => {
      const bytes = name === 'invalid UTF-8' ? Buffer.from(text, 'latin1') : Buffer.from(text);
      const request = chat.ask('x', { model: 'gpt-5.4', stream: true });
      for (const pieces of [[bytes], randomPieces(bytes, 11)]) {
        const got = await exchange(chat, request, pieces.length > 5_000 ? [bytes] : pieces);
        expect(sha256(got.body)).toBe(sha256(bytes));
      }
    });
  }
});

describe('answers that are odd but right', () => {
  const members =
    '"id" : "chatcmpl-2"\t,"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}, "x":1e400, "x" : 12345678901234567890.10,\r\n "object":"chat.completion","created":1';
  const choice =
    '"choices": [ {"index":0,"message":{"role":"assistant","content":"\\u0041\\/\\ud83d\\ude00\u{1f600}\u2028 \\"model\\":\\"gpt-5.4\\""},"finish_reason":"stop"} ]';
  const odd: readonly [string, string][] = [
    [
      'whitespace, escapes, large numbers',
      ` \n{ ${members}, ${choice}, "model" :\t"gpt-5.4-2026-03-05" }\r\n`,
    ],
    ['the model first', `{"model":"gpt-5.4-2026-03-05",${members},${choice}}`],
    [
      'other models inside',
      `{"m":{"model":"inner"},"model":"gpt-5.4-2026-03-05",${members},${choice},"a":[{"model":"gpt-5.4"}]}`,
    ],
  ];
  for (const [name, text] of odd) {
    it(name, async () => {
      const bytes = Buffer.from(text);
      const request = chat.ask('x', { model: 'gpt-5.4' });
      const got = await exchange(chat, request, randomPieces(bytes, 5), {
        contentType: 'application/json',
      });
      expect(got.json.model).toBe('gpt-5.4');
      expect(withoutSplices(got.body, 'gpt-5.4-2026-03-05')).toContain(text);
      const record = await recordOf(system, got.headers.get('x-flux-request-id') ?? '');
      expectHeadersEqualRecord(got.headers, record);
      expect(record).toMatchObject({ upstreamModel: 'gpt-5.4-2026-03-05', bodyId: 'chatcmpl-2' });
    });
  }

  it('takes the routor object of another FluxRouter for no member of its own', async () => {
    const bytes = Buffer.from(`{"routor":{"model":"theirs"},${members},${choice},"model":"m"}`);
    const got = await exchange(chat, chat.ask('x', { model: 'gpt-5.4' }), [bytes], {
      contentType: 'application/json',
    });
    expect(got.json.routor).toMatchObject({ model: 'gpt-5.4', method: 'rules' });
    expect(got.text.match(/"routor"/g)).toHaveLength(1);
  });
});
