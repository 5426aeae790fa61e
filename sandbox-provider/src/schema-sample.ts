import { asArray, asObject, isObject, type JsonObject } from './json.ts';

const deepest = 12;

/** A deterministic value that satisfies a JSON schema, as far as the usual keywords go. */
export function sampleOf(schema: JsonObject): unknown {
  return sample(schema, schema, 0, 'value');
}

function sample(schema: JsonObject, root: JsonObject, depth: number, name: string): unknown {
  if (depth > deepest) return null;
  if (typeof schema['$ref'] === 'string') {
    return sample(resolve(schema['$ref'], root), root, depth + 1, name);
  }
  if ('const' in schema) return schema['const'];
  const allowed = asArray(schema['enum']);
  if (allowed.length > 0) return allowed[0];
  if (Array.isArray(schema['allOf'])) {
    return sample(mergeAll(schema, root), root, depth + 1, name);
  }
  const alternatives = [...asArray(schema['anyOf']), ...asArray(schema['oneOf'])];
  if (alternatives.length > 0) {
    return sample(asObject(shallowest(alternatives, depth)), root, depth + 1, name);
  }
  switch (typeOf(schema, depth)) {
    case 'object':
      return sampleObject(schema, root, depth);
    case 'array':
      return sampleArray(schema, root, depth, name);
    case 'integer':
      return sampleNumber(schema, true);
    case 'number':
      return sampleNumber(schema, false);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return sampleString(schema, name);
  }
}

function typeOf(schema: JsonObject, depth: number): unknown {
  const { type } = schema;
  if (Array.isArray(type)) {
    // A recursive schema ends where one of its types is null.
    return depth > 3 && type.includes('null') ? 'null' : type.find((one) => one !== 'null');
  }
  if (type !== undefined) return type;
  if (schema['items'] !== undefined) return 'array';
  return Object.keys(schema).length === 0 || schema['properties'] ? 'object' : 'string';
}

function shallowest(alternatives: unknown[], depth: number): unknown {
  const ending = alternatives.find((one) => asObject(one)['type'] === 'null');
  return depth > 3 && ending ? ending : (alternatives.find((one) => one !== ending) ?? ending);
}

function sampleObject(schema: JsonObject, root: JsonObject, depth: number): JsonObject {
  const properties = asObject(schema['properties']);
  const required = Array.isArray(schema['required'])
    ? schema['required'].filter((name): name is string => typeof name === 'string')
    : Object.keys(properties);
  const object: JsonObject = {};
  for (const name of required) {
    const member = Object.hasOwn(properties, name) ? asObject(properties[name]) : {};
    const given = Object.keys(member).length === 0 ? { type: 'string' } : member;
    Object.defineProperty(object, name, {
      value: sample(given, root, depth + 1, name),
      enumerable: true,
    });
  }
  return object;
}

function sampleArray(schema: JsonObject, root: JsonObject, depth: number, name: string): unknown[] {
  const prefix = asArray(schema['prefixItems']).map((item) =>
    sample(asObject(item), root, depth + 1, name),
  );
  const most = typeof schema['maxItems'] === 'number' ? schema['maxItems'] : Infinity;
  const usual = prefix.length > 0 || depth > 3 ? 0 : 1;
  const least = typeof schema['minItems'] === 'number' ? schema['minItems'] : usual;
  const items = isObject(schema['items']) ? schema['items'] : { type: 'string' };
  while (prefix.length < Math.min(least, most)) {
    prefix.push(sample(items, root, depth + 1, `${name} ${prefix.length + 1}`));
  }
  return prefix;
}

function sampleNumber(schema: JsonObject, whole: boolean): number {
  const bound = (keyword: string) =>
    typeof schema[keyword] === 'number' ? schema[keyword] : undefined;
  const unit = bound('multipleOf') ?? (whole ? 1 : 0.5);
  const above = bound('exclusiveMinimum');
  const below = bound('exclusiveMaximum');
  let value = whole ? 42 : 42.5;
  const least = bound('minimum') ?? (above === undefined ? -Infinity : above + unit);
  const most = bound('maximum') ?? (below === undefined ? Infinity : below - unit);
  if (value > most) value = most;
  if (value < least) value = least;
  const stepped = Math.floor(value / unit) * unit;
  const inside = stepped < least ? stepped + unit : stepped;
  return whole ? Math.round(inside) : inside;
}

const formats: Record<string, string> = {
  'date-time': '2026-01-02T03:04:05Z',
  date: '2026-01-02',
  time: '03:04:05Z',
  duration: 'PT1H',
  email: 'sandbox@example.com',
  uri: 'https://example.com/sandbox',
  url: 'https://example.com/sandbox',
  uuid: '00000000-0000-4000-8000-000000000001',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  hostname: 'example.com',
};

function sampleString(schema: JsonObject, name: string): string {
  const format = typeof schema['format'] === 'string' ? formats[schema['format']] : undefined;
  let text = format ?? `sandbox ${name}`;
  const { minLength: least, maxLength: most } = schema;
  if (typeof least === 'number') text = text.padEnd(least, 'x');
  return typeof most === 'number' ? text.slice(0, most) : text;
}

function mergeAll(schema: JsonObject, root: JsonObject): JsonObject {
  const { allOf, ...own } = schema;
  const parts = [own, ...asArray(allOf).map(asObject)].map((part) =>
    typeof part['$ref'] === 'string' ? resolve(part['$ref'], root) : part,
  );
  return {
    ...Object.assign({}, ...parts),
    properties: Object.assign({}, ...parts.map((part) => asObject(part['properties']))),
    required: parts.flatMap((part) => asArray(part['required'])),
  };
}

function resolve(reference: string, root: JsonObject): JsonObject {
  let at: unknown = root;
  for (const step of reference.split('/').slice(1)) {
    const member = step.replaceAll('~1', '/').replaceAll('~0', '~');
    at = isObject(at) && Object.hasOwn(at, member) ? at[member] : undefined;
  }
  return asObject(at);
}
