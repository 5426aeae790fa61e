import { directed } from '../ask.ts';

/** What one client of a dialect does with a model, by its own SDK; fails where it does not work. */
export type Feature = (model: string) => Promise<Headers | null>;

export interface FeatureClient {
  readonly dialect: 'openai-chat' | 'openai-responses' | 'anthropic-messages';
  readonly features: Readonly<Record<FeatureName, Feature>>;
}

export const featureNames = [
  'text',
  'text, streamed',
  'system prompt and turns',
  'tool call',
  'parallel tool calls, streamed',
  'tool results',
  'structured output',
  'thinking',
  'thinking, streamed',
  'vision',
  'limit of output',
  'cached tokens',
  'rate limit',
  'error in a stream',
  'cut stream',
] as const;
export type FeatureName = (typeof featureNames)[number];

export function check(holds: boolean, what: unknown): asserts holds {
  if (!holds) throw new Error(`not as it should be: ${JSON.stringify(what)}`);
}

export async function fails(
  run: () => Promise<unknown>,
  status: number | undefined,
): Promise<Headers | null> {
  try {
    await run();
  } catch (error) {
    const { status: got, headers } = error as { status?: number; headers?: Headers };
    check(got === status, { got, message: String(error) });
    return headers ?? null;
  }
  throw new Error('it did not fail');
}

const WEATHER = { city: 'string', unit: 'string' };
export function checkWeather(json: string): void {
  const value = JSON.parse(json) as Record<string, unknown>;
  check(typeof value['city'] === WEATHER.city && ['c', 'f'].includes(String(value['unit'])), value);
}

export const LIMITED = directed({ status: 429, retryAfter: 7, errorMessage: 'slow' });
export const MIDSTREAM = directed({ words: 20, errorAfterChunks: 5 });
export const CUT = directed({ words: 20, die: { afterChunks: 5, how: 'reset' } });
export const CACHED = directed({ tokens: { input: 30, cacheRead: 12, output: 7 } });
