import { asRecord, finishUsage, remainder, tokenCount, type Usage } from '../usage.ts';

/**
 * A message's `usage` in disjoint buckets: `input_tokens` excludes what was read from and written
 * to the cache. `output_tokens` includes thinking.
 */
export function readUsage(value: unknown): Usage | null {
  const usage = asRecord(value);
  if (usage === undefined) return null;
  const writes = asRecord(usage['cache_creation']);
  const hour = tokenCount(writes?.['ephemeral_1h_input_tokens']);
  const fiveMinutes = tokenCount(writes?.['ephemeral_5m_input_tokens']);
  // The total may be newer than its breakdown (a message_delta brings only the total).
  const rest = remainder(tokenCount(usage['cache_creation_input_tokens']), hour);
  return finishUsage({
    input: tokenCount(usage['input_tokens']),
    cacheRead: tokenCount(usage['cache_read_input_tokens']),
    cacheWrite5m:
      fiveMinutes === undefined || rest === undefined
        ? (rest ?? fiveMinutes)
        : Math.max(rest, fiveMinutes),
    cacheWrite1h: hour,
    output: tokenCount(usage['output_tokens']),
    reasoning: tokenCount(asRecord(usage['output_tokens_details'])?.['thinking_tokens']),
  });
}

/**
 * A stream's reports as one `usage` object: `message_delta` is cumulative and completes
 * `message_start`, whose members stay where the later report has none or null.
 */
export function mergeReports(
  earlier: Record<string, unknown>,
  later: unknown,
): Record<string, unknown> {
  const merged = { ...earlier };
  for (const [name, value] of Object.entries(asRecord(later) ?? {})) {
    if (value !== null) merged[name] = value;
  }
  return merged;
}

/**
 * Disjoint buckets as messages count them. Claude Code refuses a stream whose first usage lacks the
 * cache's members, so they are always there.
 */
export function encodeUsage(usage: Usage): Record<string, unknown> {
  const { input = 0, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0, output = 0 } = usage;
  return {
    input_tokens: input,
    cache_creation_input_tokens: cacheWrite5m + cacheWrite1h,
    cache_read_input_tokens: cacheRead,
    cache_creation: {
      ephemeral_5m_input_tokens: cacheWrite5m,
      ephemeral_1h_input_tokens: cacheWrite1h,
    },
    output_tokens: output,
    ...(usage.reasoning === undefined
      ? {}
      : { output_tokens_details: { thinking_tokens: usage.reasoning } }),
  };
}
