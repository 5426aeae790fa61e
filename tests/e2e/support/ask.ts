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
