import type { InputTokens } from '../../ask.ts';
import { asObject } from '../../json.ts';

/**
 * Counts input tokens by cache bucket. Without a clock or a memory the sandbox says: what the last
 * but one `cache_control` mark covers was read, what the last one adds was written; with a single
 * mark, written in the first turn and read in the later ones.
 */
export class PromptCache {
  hasAssistantTurn = false;
  #total = 0;
  #marks: { upTo: number; lasts1h: boolean }[] = [];

  add(tokens: number, cacheControl: unknown): void {
    this.#total += tokens;
    const { type, ttl } = asObject(cacheControl);
    if (type === 'ephemeral') this.#marks.push({ upTo: this.#total, lasts1h: ttl === '1h' });
  }

  tokens(): InputTokens {
    const last = this.#marks.at(-1);
    if (!last) return { uncached: this.#total, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 };
    const single = this.hasAssistantTurn ? last.upTo : 0;
    const cacheRead = this.#marks.at(-2)?.upTo ?? single;
    const written = last.upTo - cacheRead;
    return {
      uncached: this.#total - last.upTo,
      cacheRead,
      cacheWrite: last.lasts1h ? 0 : written,
      cacheWrite1h: last.lasts1h ? written : 0,
    };
  }
}
