import { expect } from 'vitest';

/** A directive to the sandbox provider, as the last words of a user. */
export const directed = (directive: object, words = ''): string =>
  `${words}[[sandbox ${JSON.stringify(directive)}]]`;

/** The tool that clients are given; the sandbox calls it with a sample of this schema. */
export const WEATHER = {
  name: 'get_weather',
  description: 'The weather of a city.',
  schema: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
} as const;

/** A schema of an answer. */
export const CITY = {
  type: 'object',
  properties: { city: { type: 'string' }, inhabitants: { type: 'integer' } },
  required: ['city', 'inhabitants'],
  additionalProperties: false,
} as const;

export function expectCity(value: unknown): void {
  expect(value).toEqual({ city: expect.any(String), inhabitants: expect.any(Number) });
}

/** 1 × 1 PNG. */
export const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

export const PROMPTS = {
  text: 'say ping',
  oneTool: directed({ tool: WEATHER.name }, 'What is the weather? '),
  twoTools: directed({ tool: WEATHER.name, tools: 2 }, 'What is the weather? '),
  city: 'Name a city.',
  thought: 'Prove it.',
  image: 'What is this?',
} as const;

export const SEEN = 'I saw 1 image';
export const TOOL_SAID = 'The tool said: sunny';

/** A tool that counts how often it was called, with arguments that fit its schema. */
export function weatherTool() {
  const calls: unknown[] = [];
  const answer = (input: unknown): string => {
    expect(input).toEqual({ city: expect.any(String) });
    calls.push(input);
    return 'sunny';
  };
  return { calls, answer };
}
