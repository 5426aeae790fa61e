/** A directive to the sandbox provider, as the last words of a user. */
export function directed(directive: object, words = ''): string {
  return `${words}[[sandbox ${JSON.stringify(directive)}]]`;
}

/** 1 × 1 transparent PNG. */
export const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

export const WEATHER_SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' }, unit: { enum: ['c', 'f'] } },
  required: ['city', 'unit'],
  additionalProperties: false,
} as const;

/** The names under which providers know models whose catalogue id is another. */
const UPSTREAM_NAMES: Readonly<Record<string, string>> = {
  'gemini-3.1-pro': 'gemini-3.1-pro-preview',
  'gpt-oss-120b': 'openai/gpt-oss-120b',
  'minimax-m3': 'MiniMax-M3',
  'ministral-8b': 'ministral-8b-latest',
};

export function upstreamNameOf(model: string): string {
  return UPSTREAM_NAMES[model] ?? model.replace(/^(claude-.*)\./, '$1-');
}
