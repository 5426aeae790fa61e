/** As much of JSON Schema 2020-12 as our own schemas use. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
}

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** Where a value is not as its schema says; a member that the schema does not name is a problem too. */
export function schemaProblems(value: unknown, schema: Schema, at = '$'): string[] {
  const problems: string[] = [];
  const say = (what: string) => problems.push(`${at} is ${JSON.stringify(value)}: ${what}`);
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some((type) => isOfType(value, type))) say(`no ${types.join()}`);
  if (schema.enum !== undefined && !schema.enum.includes(value)) say('not of the list');
  if (typeof value === 'string') {
    if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value))
      say(schema.pattern);
    if (schema.format === 'date-time' && !DATE_TIME.test(value)) say('no time');
  }
  if (typeof value === 'number') {
    if (value < (schema.minimum ?? -Infinity) || value > (schema.maximum ?? Infinity)) say('range');
  }
  if (Array.isArray(value) && schema.items !== undefined) {
    for (const [index, item] of value.entries()) {
      problems.push(...schemaProblems(item, schema.items, `${at}[${index}]`));
    }
  }
  if (isObject(value)) {
    for (const name of Object.keys(schema.properties ?? {})) {
      if (!(name in value)) problems.push(`${at}.${name} is missing`);
    }
    for (const [name, inner] of Object.entries(value)) {
      const known = schema.properties?.[name] ?? schema.additionalProperties;
      if (known === undefined) problems.push(`${at}.${name} is in no schema`);
      else problems.push(...schemaProblems(inner, known, `${at}.${name}`));
    }
  }
  return problems;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isOfType(value: unknown, type: string): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}
