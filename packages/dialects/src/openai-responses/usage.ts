import { asRecord, finishUsage, remainder, tokenCount, type Usage } from '../usage.ts';

/**
 * A response's `usage` in disjoint buckets: `input_tokens` includes what was read from and written
 * to a cache, `output_tokens` includes reasoning.
 */
export function readUsage(value: unknown): Usage | null {
  const usage = asRecord(value);
  if (usage === undefined) return null;
  const input = asRecord(usage['input_tokens_details']);
  const cacheRead = tokenCount(input?.['cached_tokens']);
  const writes = tokenCount(input?.['cache_write_tokens']);
  // Kept for twelve hours rather than for thirty minutes.
  const long = tokenCount(asRecord(input?.['cache_write_tokens_details'])?.['ttl_12h_tokens']);
  return finishUsage({
    input: remainder(tokenCount(usage['input_tokens']), cacheRead, writes),
    cacheRead,
    cacheWrite5m: remainder(writes, long),
    cacheWrite1h: long,
    output: tokenCount(usage['output_tokens']),
    reasoning: tokenCount(asRecord(usage['output_tokens_details'])?.['reasoning_tokens']),
  });
}

/** Disjoint buckets as a response counts them: input includes what was cached, output reasoning. */
export function encodeUsage(usage: Usage): Record<string, unknown> {
  const { input = 0, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0, output = 0 } = usage;
  const writes = cacheWrite5m + cacheWrite1h;
  const all = input + cacheRead + writes;
  return {
    input_tokens: all,
    input_tokens_details: {
      cached_tokens: cacheRead,
      // OpenAI's types have both in every response.
      cache_write_tokens: writes,
      ...(cacheWrite1h === 0
        ? {}
        : { cache_write_tokens_details: { ttl_12h_tokens: cacheWrite1h } }),
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
    total_tokens: all + output,
  };
}
