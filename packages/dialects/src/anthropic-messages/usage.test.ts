import { describe, expect, it } from 'vitest';
import { mergeReports, readUsage } from './usage.ts';

describe('usage of messages, in disjoint buckets', () => {
  it.each([
    [
      {
        input_tokens: 5,
        output_tokens: 7,
        cache_read_input_tokens: 0,
        cache_creation_input_tokens: 0,
      },
      { input: 5, output: 7, cacheRead: 0, cacheWrite5m: 0 },
    ],
    [
      {
        input_tokens: 5,
        output_tokens: 7,
        cache_read_input_tokens: 100,
        cache_creation_input_tokens: 30,
        cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
      },
      { input: 5, output: 7, cacheRead: 100, cacheWrite5m: 10, cacheWrite1h: 20 },
    ],
    [
      {
        input_tokens: 5,
        cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
      },
      { input: 5, cacheWrite5m: 10, cacheWrite1h: 20 },
    ],
    [
      { input_tokens: 5, cache_creation_input_tokens: 30, cache_creation: null },
      { input: 5, cacheWrite5m: 30 },
    ],
    [
      { output_tokens: 9, output_tokens_details: { thinking_tokens: 8 } },
      { output: 9, reasoning: 8 },
    ],
    [{ input_tokens: -5, output_tokens: 0 }, { output: 0 }],
    [{ input_tokens: null }, null],
    ['x', null],
  ])('%j', (reported, usage) => {
    expect(readUsage(reported)).toEqual(usage);
  });

  it('puts a newer total above an older breakdown, and counts nothing twice', () => {
    const start = {
      input_tokens: 5,
      cache_creation_input_tokens: 20,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 20 },
      output_tokens: 1,
    };
    const same = mergeReports(start, { cache_creation_input_tokens: 20, output_tokens: 50 });
    expect(readUsage(same)).toEqual({ input: 5, cacheWrite5m: 0, cacheWrite1h: 20, output: 50 });
    const more = mergeReports(start, { cache_creation_input_tokens: 32, output_tokens: 50 });
    expect(readUsage(more)).toEqual({ input: 5, cacheWrite5m: 12, cacheWrite1h: 20, output: 50 });
  });

  it('keeps what a later report leaves out or does not know', () => {
    expect(mergeReports({ a: 1, b: 2 }, { a: null, c: 3 })).toEqual({ a: 1, b: 2, c: 3 });
    expect(mergeReports({ a: 1 }, null)).toEqual({ a: 1 });
  });
});
