import { describe, expect, test } from 'vitest';
import { asArray, asObject, isObject, type JsonObject } from './json.ts';
import { sampleOf } from './schema-sample.ts';

const schemas: Record<string, JsonObject> = {
  nested: {
    type: 'object',
    properties: {
      city: { type: 'string' },
      days: { type: 'integer', minimum: 1, maximum: 7 },
      unit: { enum: ['celsius', 'fahrenheit'] },
      spots: { type: 'array', minItems: 2, items: { $ref: '#/$defs/spot' } },
      note: { type: ['string', 'null'] },
    },
    required: ['city', 'days', 'unit', 'spots', 'note'],
    additionalProperties: false,
    $defs: {
      spot: {
        type: 'object',
        properties: { lat: { type: 'number', exclusiveMaximum: 1 }, on: { type: 'boolean' } },
        required: ['lat', 'on'],
      },
    },
  },
  alternatives: {
    type: 'object',
    properties: { value: { anyOf: [{ type: 'null' }, { type: 'string', minLength: 40 }] } },
    required: ['value'],
  },
  constants: { type: 'object', properties: { kind: { const: 'x' } }, required: ['kind'] },
  merged: {
    allOf: [
      { type: 'object', properties: { a: { type: 'string', maxLength: 3 } }, required: ['a'] },
      { properties: { b: { type: 'number', multipleOf: 5, minimum: 101 } }, required: ['b'] },
    ],
  },
  list: { type: 'array', items: { type: 'integer', maximum: -3 } },
};

describe('a sample satisfies', () => {
  test.each(Object.keys(schemas))('%s', (name) => {
    const schema = schemas[name] ?? {};
    expect(findMismatch(sampleOf(schema), schema, schema, '$')).toBeNull();
    expect(sampleOf(schema)).toEqual(sampleOf(schema));
  });
});

test('gives what is required, or everything where nothing is', () => {
  const properties = { a: { type: 'string' }, b: { type: 'integer' } };
  expect(sampleOf({ type: 'object', properties, required: ['b'] })).toEqual({ b: 42 });
  expect(sampleOf({ type: 'object', properties })).toEqual({ a: 'sandbox a', b: 42 });
});

test('a recursive schema ends', () => {
  const node = {
    type: 'object',
    properties: {
      next: { anyOf: [{ $ref: '#' }, { type: 'null' }] },
      children: { type: 'array', items: { $ref: '#' } },
    },
    required: ['next', 'children'],
  };
  expect(JSON.stringify(sampleOf(node)).length).toBeLessThan(10_000);
});

test('a hostile schema is only odd, not fatal', () => {
  const hostile = { type: 'object', required: ['__proto__', 1], properties: null };
  expect(JSON.stringify(sampleOf(hostile as unknown as JsonObject))).toContain('__proto__');
  expect(sampleOf({ $ref: '#/nowhere' })).toEqual({});
});

/** As much of a validator as these schemas need. */
function findMismatch(
  value: unknown,
  schema: JsonObject,
  root: JsonObject,
  at: string,
): string | null {
  if (typeof schema['$ref'] === 'string') {
    const name = schema['$ref'].split('/').at(-1) ?? '';
    return findMismatch(value, asObject(asObject(root['$defs'])[name]), root, at);
  }
  for (const part of asArray(schema['allOf']).map(asObject)) {
    const mismatch = findMismatch(value, part, root, at);
    if (mismatch) return mismatch;
  }
  const alternatives = asArray(schema['anyOf']).map(asObject);
  if (alternatives.length > 0 && alternatives.every((one) => findMismatch(value, one, root, at))) {
    return `${at}: no alternative`;
  }
  if (Array.isArray(schema['enum']) && !schema['enum'].includes(value)) return `${at}: enum`;
  if ('const' in schema && schema['const'] !== value) return `${at}: const`;
  const types = [schema['type'] ?? []].flat();
  if (types.length > 0 && !types.some((type) => isOfType(value, type))) return `${at}: type`;
  if (typeof value === 'number') return findNumberMismatch(value, schema, at);
  if (typeof value === 'string') {
    const { minLength = 0, maxLength = Infinity } = schema as { [bound: string]: number };
    return value.length < minLength || value.length > maxLength ? `${at}: length` : null;
  }
  if (Array.isArray(value)) {
    if (value.length < Number(schema['minItems'] ?? 0)) return `${at}: minItems`;
    const items = asObject(schema['items']);
    return value.map((item) => findMismatch(item, items, root, `${at}[]`)).find(Boolean) ?? null;
  }
  if (!isObject(value)) return null;
  const missing = asArray(schema['required']).find((name) => !Object.hasOwn(value, String(name)));
  if (missing) return `${at}.${missing}: missing`;
  const properties = asObject(schema['properties']);
  if (schema['additionalProperties'] === false) {
    const added = Object.keys(value).find((name) => !Object.hasOwn(properties, name));
    if (added) return `${at}.${added}: additional`;
  }
  for (const [name, member] of Object.entries(properties)) {
    if (!Object.hasOwn(value, name)) continue;
    const mismatch = findMismatch(value[name], asObject(member), root, `${at}.${name}`);
    if (mismatch) return mismatch;
  }
  return null;
}

function isOfType(value: unknown, type: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

function findNumberMismatch(value: number, schema: JsonObject, at: string): string | null {
  const bound = (name: string, otherwise: number) => Number(schema[name] ?? otherwise);
  if (value < bound('minimum', -Infinity) || value > bound('maximum', Infinity))
    return `${at}: range`;
  if (value >= bound('exclusiveMaximum', Infinity)) return `${at}: exclusiveMaximum`;
  return value % bound('multipleOf', value || 1) === 0 ? null : `${at}: multipleOf`;
}
