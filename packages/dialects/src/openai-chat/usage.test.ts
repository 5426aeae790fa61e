import { describe, expect, it } from 'vitest';
import { readUsage } from './usage.ts';

describe('usage of chat completions, in disjoint buckets', () => {
  it.each([
    [
      'plain (Mistral)',
      { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
      { input: 10, output: 5 },
    ],
    [
      'cached and written (OpenAI)',
      {
        prompt_tokens: 2006,
        completion_tokens: 300,
        total_tokens: 2306,
        prompt_tokens_details: { cached_tokens: 1000, cache_write_tokens: 900 },
        completion_tokens_details: { reasoning_tokens: 120 },
      },
      { input: 106, cacheRead: 1000, cacheWrite5m: 900, output: 300, reasoning: 120 },
    ],
    [
      'written for long (OpenAI)',
      {
        prompt_tokens: 1000,
        completion_tokens: 1,
        prompt_tokens_details: {
          cached_tokens: 0,
          cache_write_tokens: 900,
          cache_write_tokens_details: { ttl_30m_tokens: 300, ttl_12h_tokens: 600 },
        },
      },
      { input: 100, cacheRead: 0, cacheWrite5m: 300, cacheWrite1h: 600, output: 1 },
    ],
    [
      'reasoning beside completion (xAI)',
      {
        prompt_tokens: 32,
        completion_tokens: 9,
        total_tokens: 135,
        completion_tokens_details: { reasoning_tokens: 94 },
      },
      { input: 32, output: 103, reasoning: 94 },
    ],
    [
      'reasoning within completion, as the total tells',
      {
        prompt_tokens: 32,
        completion_tokens: 103,
        total_tokens: 135,
        completion_tokens_details: { reasoning_tokens: 94 },
      },
      { input: 32, output: 103, reasoning: 94 },
    ],
    [
      'reasoning in the total only (Google)',
      { prompt_tokens: 9, completion_tokens: 10, total_tokens: 219 },
      { input: 9, output: 210, reasoning: 200 },
    ],
    [
      'hit and miss (DeepSeek)',
      {
        prompt_tokens: 100,
        completion_tokens: 5,
        total_tokens: 105,
        prompt_cache_hit_tokens: 64,
        prompt_cache_miss_tokens: 36,
      },
      { input: 36, cacheRead: 64, output: 5 },
    ],
    [
      'cached at the top (Moonshot)',
      { prompt_tokens: 100, completion_tokens: 5, total_tokens: 105, cached_tokens: 30 },
      { input: 70, cacheRead: 30, output: 5 },
    ],
    [
      'cache creation in the details (Alibaba)',
      {
        prompt_tokens: 100,
        completion_tokens: 5,
        total_tokens: 105,
        prompt_tokens_details: { cached_tokens: 0, cache_creation_input_tokens: 80 },
      },
      { input: 20, cacheRead: 0, cacheWrite5m: 80, output: 5 },
    ],
    [
      'zero, which is not missing',
      { prompt_tokens: 0, completion_tokens: 0 },
      { input: 0, output: 0 },
    ],
    [
      'details of null',
      { prompt_tokens: 3, completion_tokens: 1, prompt_tokens_details: null },
      { input: 3, output: 1 },
    ],
    [
      'more cached than sent',
      { prompt_tokens: 3, prompt_tokens_details: { cached_tokens: 5 } },
      { input: 0, cacheRead: 5 },
    ],
  ])('%s', (_name, reported, usage) => {
    expect(readUsage(reported)).toEqual(usage);
  });

  it.each([-1, 1.5, Number.NaN, 1e18, '12', null, {}, true])(
    'takes %j for not reported',
    (count) => {
      expect(readUsage({ prompt_tokens: count, completion_tokens: 2 })).toEqual({ output: 2 });
      expect(readUsage({ prompt_tokens: count, completion_tokens: count })).toBeNull();
    },
  );

  it.each([null, undefined, [], 'x', 7, {}])('reads nothing in %j', (value) => {
    expect(readUsage(value)).toBeNull();
  });
});
