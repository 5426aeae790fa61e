import type { InputTokens } from '../ask.ts';

const leastCachedTokens = 1024;
const step = 128;

/**
 * OpenAI caches long prompts unasked. Without a clock or a memory the sandbox says: half of a long
 * prompt was read from the cache, in steps of 128, once the conversation has an assistant turn.
 */
export function automaticCache(tokens: number, hasAssistantTurn: boolean): InputTokens {
  const isCached = hasAssistantTurn && tokens >= leastCachedTokens;
  const cacheRead = isCached ? Math.floor(tokens / 2 / step) * step : 0;
  return { uncached: tokens - cacheRead, cacheRead, cacheWrite: 0, cacheWrite1h: 0 };
}
