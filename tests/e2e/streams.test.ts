import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningSystem, startSystem, until } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { booked } from './support/book.ts';
import { askCheaply, CHEAP_RATES, cheapBody, type Wishes } from './support/cheap.ts';
import { type ClientDialect, clientDialects, messages, responses } from './support/dialects.ts';
import { type Answer, open, send, start } from './support/http-client.ts';
import { priceOf, usd } from './support/money.ts';
import { type RecordJson, recordOf } from './support/records.ts';
import { framesOf } from './support/sse.ts';

const DEADLINE_MS = 15_000;

let system: RunningSystem;
beforeAll(async () => {
  system = await startSystem({
    env: {
      FIRST_REQUEST: 'off',
      BREAKERS: 'off',
      CHAIN_BY_HEALTH: 'off',
      COMMIT_AFTER: '700ms',
      KEEP_ALIVE_COMMENT: '300ms',
      UPSTREAM_SILENCE_TIMEOUT: '5s',
      REQUEST_DEADLINE: `${DEADLINE_MS}ms`,
    },
  });
});
afterAll(() => system?.stop());

const COMMENT = ': keep-alive\n\n';
const withoutComments = (text: string) => text.replaceAll(COMMENT, '');

async function stream(
  dialect: ClientDialect,
  directive: object,
  wishes: Wishes = {},
): Promise<Answer> {
  const answer = await askCheaply(system, dialect, directive, { stream: true, ...wishes });
  expect(answer.status).toBe(200);
  return answer;
}

const recordFor = ({ headers }: { headers: Headers }): Promise<RecordJson> =>
  recordOf(system, headers.get('x-flux-request-id') ?? '');

describe.concurrent('a stream', () => {
  for (const dialect of clientDialects) {
    describe(dialect.name, () => {
      it('is committed to where upstream is silent after its head, and kept alive', async () => {
        const answer = await open(system, dialect.path, {
          body: cheapBody(dialect, { firstByteDelayMs: 2_500, words: 3 }, { stream: true }),
        });
        await answer.readUntil((text) => text.includes(COMMENT.repeat(2)));
        expect(answer.received().toString()).toMatch(/^(?:: keep-alive\n\n)+$/);
        const { text } = await answer.readAll();
        expect(text.startsWith(COMMENT.repeat(2))).toBe(true);
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
          body: cheapBody(dialect, { endless: true, chunkDelayMs: 20 }, { stream: true }),
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
        expect(record['usage'].output).toBeLessThan(1.2 * (words + 100));
        expect(record['usage'].input).toBeGreaterThan(5);
        const cost =
          priceOf(record['usage'].input, CHEAP_RATES.input) +
          priceOf(record['usage'].output, CHEAP_RATES.output);
        expect(record['costUsd']).toBe(usd(cost));
        expect(await booked(system, record['upstreamId'])).toMatchObject({
          outcome: 'client_gone',
        });
      });

      it('that nobody waits for any more is not begun for nothing', async () => {
        const clientId = `gone-${dialect.name}`;
        const request = start(system, dialect.path, {
          body: cheapBody(dialect, { headDelayMs: 60_000 }, { stream: true }),
          headers: { 'x-client-request-id': clientId },
        });
        request.head.catch(() => {});
        await sleep(1_000);
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
});
