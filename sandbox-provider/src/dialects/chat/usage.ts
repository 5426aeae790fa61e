import type { JsonObject } from '../../json.ts';
import type { Reply } from '../dialect.ts';

/** Chat's usage object, for so much output; undefined where the directive wants none. */
export function chatUsage(
  { answer, directives, provider }: Reply,
  output: number = answer.usage.output,
): JsonObject | undefined {
  if (directives.usage === 'none') return undefined;
  const { input, cacheRead, cacheWrite, cacheWrite1h, reasoning } = answer.usage;
  const prompt = input + cacheRead + cacheWrite + cacheWrite1h;
  return {
    prompt_tokens: prompt,
    completion_tokens: output,
    total_tokens: prompt + output,
    prompt_tokens_details: {
      cached_tokens: cacheRead,
      ...(cacheWrite + cacheWrite1h > 0 ? { cache_write_tokens: cacheWrite + cacheWrite1h } : {}),
      audio_tokens: 0,
    },
    completion_tokens_details: {
      reasoning_tokens: Math.min(reasoning, output),
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
    ...(provider.name === 'deepseek'
      ? { prompt_cache_hit_tokens: cacheRead, prompt_cache_miss_tokens: prompt - cacheRead }
      : {}),
  };
}
