import { type FluxError, invalidField, missingField } from '@fluxrouter/errors';
import { asRecord } from './usage.ts';

type Check = (value: unknown) => boolean;

/** What a field must be where it is present, and how to say it. */
export interface FieldRule {
  readonly check: Check;
  readonly expected: string;
}

function rule(expected: string, check: Check): FieldRule {
  return { expected, check };
}

const isInteger = (value: unknown): value is number => Number.isSafeInteger(value);

export const aBoolean = rule('a boolean', (value) => typeof value === 'boolean');
export const aString = rule('a string', (value) => typeof value === 'string');
export const aNumber = rule('a number', (value) => typeof value === 'number');
export const anObject = rule('an object', (value) => asRecord(value) !== undefined);
export const anArray = rule('an array', (value) => Array.isArray(value));
export const stringOrObject = rule(
  'a string or an object',
  (value) => typeof value === 'string' || asRecord(value) !== undefined,
);
export const stringOrArray = rule(
  'a string or an array',
  (value) => typeof value === 'string' || Array.isArray(value),
);
export const stringOrStrings = rule(
  'a string or an array of strings',
  (value) => typeof value === 'string' || isStrings(value),
);
export const strings = rule('an array of strings', isStrings);

export function integerFrom(least: number, most?: number): FieldRule {
  const expected =
    most === undefined
      ? `an integer of at least ${least}`
      : `an integer between ${least} and ${most}`;
  return rule(
    expected,
    (value) => isInteger(value) && value >= least && (most === undefined || value <= most),
  );
}

export function numberBetween(least: number, most: number): FieldRule {
  return rule(
    `a number between ${least} and ${most}`,
    (value) => typeof value === 'number' && value >= least && value <= most,
  );
}

function isStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** Rules by field; a table is made once for each dialect. */
export type FieldRules = readonly (readonly [name: string, rule: FieldRule])[];

/** The first field that breaks its rule. Absent and null fields pass; unknown fields pass. */
export function checkFields(
  value: Record<string, unknown>,
  rules: FieldRules,
  path = '',
): FluxError | null {
  for (const [name, { check, expected }] of rules) {
    const field = value[name];
    if (field === undefined || field === null || check(field)) continue;
    return invalidField(path === '' ? name : `${path}.${name}`, `expected ${expected}`);
  }
  return null;
}

/** Each element of the array must be an object with a `type` (a string). */
export function checkTyped(value: readonly unknown[], path: string): FluxError | null {
  for (let i = 0; i < value.length; i++) {
    const element = asRecord(value[i]);
    if (element === undefined) return invalidField(`${path}[${i}]`, 'expected an object');
    if (typeof element['type'] === 'string') continue;
    return element['type'] === undefined
      ? missingField(`${path}[${i}].type`)
      : invalidField(`${path}[${i}].type`, 'expected a string');
  }
  return null;
}

/** An array of objects; null and absent pass. */
export function checkObjects(value: unknown, path: string): FluxError | null {
  if (value === undefined || value === null) return null;
  if (!Array.isArray(value)) return invalidField(path, 'expected an array');
  for (let i = 0; i < value.length; i++) {
    if (asRecord(value[i]) === undefined) {
      return invalidField(`${path}[${i}]`, 'expected an object');
    }
  }
  return null;
}
