import type { Logged, Served, Tokens } from './books.ts';
import { sameTokens } from './compare-rows.ts';
import type { Differences } from './differences.ts';

/**
 * What the provider has told of an answer is what its attempt counts, where the attempt says that its
 * usage is the provider's word. Of answers that came to their end: what else was told may not have arrived.
 *
 * @returns how many were compared.
 */
export function compareTokens(
  served: readonly Served[],
  attempts: readonly Logged[],
  found: Differences,
): number {
  const lines = new Map(served.map((line) => [line.upstreamRequestId, line]));
  let compared = 0;
  for (const { upstreamId, eventId, accepted, outcome, usageSource, tokens } of attempts) {
    const line = lines.get(upstreamId);
    if (line?.outcome !== 'completed' || outcome !== 'completed' || !accepted) continue;
    const told = line.usage ? tokensOf(line.usage) : null;
    if (usageSource !== 'provider') {
      if (told !== null) found.of('usage that the provider has told and nobody took', eventId);
      continue;
    }
    compared += 1;
    if (told === null) found.of('usage that the provider has not told', eventId);
    else if (!sameTokens(told, tokens)) found.of('tokens other than in the book', eventId);
  }
  return compared;
}

type Usage = Readonly<Record<string, unknown>>;

/** Of chat, responses or messages, in disjoint counts. */
function tokensOf(usage: Usage): Tokens {
  const number = (from: unknown, name: string) => Number((from as Usage | undefined)?.[name] ?? 0);
  if ('prompt_tokens' in usage) {
    const details = usage['prompt_tokens_details'];
    const cacheRead = number(details, 'cached_tokens');
    const cached = cacheRead + number(details, 'cache_write_tokens');
    const output = number(usage, 'completion_tokens');
    return { input: number(usage, 'prompt_tokens') - cached, cacheRead, output };
  }
  const output = number(usage, 'output_tokens');
  const details = usage['input_tokens_details'];
  if (details === undefined) {
    const cacheRead = number(usage, 'cache_read_input_tokens');
    return { input: number(usage, 'input_tokens'), cacheRead, output };
  }
  const cacheRead = number(details, 'cached_tokens');
  const cached = cacheRead + number(details, 'cache_write_tokens');
  return { input: number(usage, 'input_tokens') - cached, cacheRead, output };
}
