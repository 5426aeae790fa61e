import {
  asRecord,
  finishUsage,
  remainder,
  tokenCount,
  type Usage,
  type UsageDraft,
} from '../usage.ts';

type Counts = Record<string, unknown>;
type Place = (usage: Counts) => unknown;

const inputDetails = (usage: Counts): Counts | undefined =>
  asRecord(usage['prompt_tokens_details']) ?? asRecord(usage['input_tokens_details']);
const outputDetails = (usage: Counts): Counts | undefined =>
  asRecord(usage['completion_tokens_details']) ?? asRecord(usage['output_tokens_details']);

/** Where vendors of this dialect report each count; the first place that holds one counts. */
const places = {
  prompt: [(usage) => usage['prompt_tokens'], (usage) => usage['input_tokens']],
  completion: [(usage) => usage['completion_tokens'], (usage) => usage['output_tokens']],
  total: [(usage) => usage['total_tokens']],
  cached: [
    (usage) => inputDetails(usage)?.['cached_tokens'],
    (usage) => usage['prompt_cache_hit_tokens'], // DeepSeek; its miss tokens are the rest
    (usage) => usage['cached_tokens'], // Moonshot
  ],
  cacheWrite: [
    (usage) => inputDetails(usage)?.['cache_write_tokens'], // OpenAI
    (usage) => inputDetails(usage)?.['cache_creation_input_tokens'], // Alibaba
    (usage) => inputDetails(usage)?.['cache_creation_tokens'],
  ],
  /** The part of the writes that is kept for hours. */
  longCacheWrite: [
    (usage) => asRecord(inputDetails(usage)?.['cache_write_tokens_details'])?.['ttl_12h_tokens'],
  ],
  reasoning: [
    (usage) => outputDetails(usage)?.['reasoning_tokens'],
    (usage) => usage['reasoning_tokens'],
  ],
} as const satisfies Record<string, readonly Place[]>;

function count(usage: Counts, from: readonly Place[]): number | undefined {
  for (const place of from) {
    const value = tokenCount(place(usage));
    if (value !== undefined) return value;
  }
  return undefined;
}

/**
 * A chat `usage` object in disjoint buckets. `prompt_tokens` includes what was read from and
 * written to a cache. Whether `completion_tokens` includes reasoning, the total tells.
 */
export function readUsage(value: unknown): Usage | null {
  const usage = asRecord(value);
  if (usage === undefined) return null;
  const prompt = count(usage, places.prompt);
  const completion = count(usage, places.completion);
  const cached = count(usage, places.cached);
  const writes = count(usage, places.cacheWrite);
  const long = count(usage, places.longCacheWrite);
  const draft: UsageDraft = {
    input: remainder(prompt, cached, writes),
    cacheRead: cached,
    cacheWrite5m: remainder(writes, long),
    cacheWrite1h: long,
    output: completion,
    reasoning: count(usage, places.reasoning),
  };
  addReasoning(draft, prompt, count(usage, places.total));
  return finishUsage(draft);
}

/**
 * xAI counts reasoning beside `completion_tokens`; Google's compatible endpoint counts it only in
 * the total. Both show as a total that is larger than its two parts.
 */
function addReasoning(
  draft: UsageDraft,
  prompt: number | undefined,
  total: number | undefined,
): void {
  const { output, reasoning } = draft;
  if (total === undefined || prompt === undefined || output === undefined) return;
  const beside = total - prompt - output;
  if (beside <= 0) return;
  if (reasoning === undefined || reasoning === 0) {
    draft.output = output + beside;
    draft.reasoning = beside;
  } else if (reasoning === beside) {
    draft.output = output + beside;
  }
}

/** Disjoint buckets as chat counts them: the prompt includes what was cached, the completion reasoning. */
export function encodeUsage(usage: Usage): Counts {
  const { input = 0, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0, output = 0 } = usage;
  const writes = cacheWrite5m + cacheWrite1h;
  const prompt = input + cacheRead + writes;
  return {
    prompt_tokens: prompt,
    completion_tokens: output,
    total_tokens: prompt + output,
    prompt_tokens_details: {
      cached_tokens: cacheRead,
      ...(writes === 0 ? {} : { cache_write_tokens: writes }),
      ...(cacheWrite1h === 0
        ? {}
        : { cache_write_tokens_details: { ttl_12h_tokens: cacheWrite1h } }),
    },
    completion_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
  };
}
