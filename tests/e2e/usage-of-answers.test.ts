import { type RunningSystem, startSystem } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askCheaply, CHEAP_RATES, type Wishes } from './support/cheap.ts';
import { type ClientDialect, chat, clientDialects, messages } from './support/dialects.ts';
import type { Answer } from './support/http-client.ts';
import { priceOf, usd } from './support/money.ts';
import { expectHeadersEqualRecord, type RecordJson, recordOf } from './support/records.ts';
import { framesOf } from './support/sse.ts';

let system: RunningSystem;
beforeAll(async () => {
  system = await startSystem({ env: { FIRST_REQUEST: 'off' } });
});
afterAll(() => system?.stop());

async function stream(
  dialect: ClientDialect,
  directive: object,
  wishes: Wishes = {},
): Promise<Answer> {
  const answer = await askCheaply(system, dialect, directive, { stream: true, ...wishes });
  expect(answer.status).toBe(200);
  return answer;
}

const whole = (dialect: ClientDialect, directive: object) => askCheaply(system, dialect, directive);

const recordFor = ({ headers }: { headers: Headers }): Promise<RecordJson> =>
  recordOf(system, headers.get('x-flux-request-id') ?? '');

describe.concurrent('the usage of an answer', () => {
  const tokens = { input: 1_234, output: 321, cacheRead: 200, reasoning: 21 };
  const written = { ...tokens, cacheWrite: 100, cacheWrite1h: 50 };
  const costOf = (used: Partial<typeof written>) =>
    usd(
      priceOf(used.input ?? 0, CHEAP_RATES.input) +
        priceOf(used.cacheRead ?? 0, CHEAP_RATES.cacheRead) +
        priceOf(used.cacheWrite ?? 0, CHEAP_RATES.cacheWrite) +
        priceOf(used.cacheWrite1h ?? 0, CHEAP_RATES.cacheWrite1h) +
        priceOf(used.output ?? 0, CHEAP_RATES.output),
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
