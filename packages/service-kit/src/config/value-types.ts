import { z } from 'zod';
import { Secret } from './secret.ts';

/** What a value may look like, in words for the table of settings. */
const accepted = z.registry<{ accepts: string }>();

/** The words of a type made here, however deep `.default()` and `.optional()` have wrapped it. */
export function acceptsOf(schema: z.ZodType): string {
  const words = accepted.get(schema)?.accepts;
  if (words !== undefined) return words;
  const inner = (schema.def as { innerType?: z.ZodType }).innerType;
  return inner === undefined ? 'text' : acceptsOf(inner);
}

type Parsed<T> = { ok: true; value: T } | { ok: false };

const no = { ok: false } as const;
const yes = <T>(value: T): Parsed<T> => ({ ok: true, value });

/** A type of settings: words for people, and a function from the text of the environment. */
export function valueType<T>(accepts: string, parse: (text: string) => Parsed<T>) {
  const schema = z.string().transform((text, context): T => {
    const parsed = parse(text.trim());
    if (parsed.ok) return parsed.value;
    context.issues.push({ code: 'custom', message: `must be ${accepts}`, input: text });
    return z.NEVER;
  });
  return schema.register(accepted, { accepts });
}

export const text = (accepts = 'text', pattern = /^[^\p{Cc}]{1,1024}$/u) =>
  valueType(accepts, (value) => (pattern.test(value) ? yes(value) : no));

export const whole = ({ min = 0, max = Number.MAX_SAFE_INTEGER } = {}) => {
  const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`;
  return valueType(`a whole number, ${range}`, (value) => {
    const number = Number(value);
    return /^\d{1,16}$/.test(value) && number >= min && number <= max ? yes(number) : no;
  });
};

/** 0 asks for a free port. */
export const port = () => whole({ min: 0, max: 65_535 });

export const onOff = () =>
  valueType<boolean>('on or off (also 1, 0, true, false, yes, no)', (value) => {
    if (/^(1|on|true|yes)$/i.test(value)) return yes(true);
    return /^(0|off|false|no)$/i.test(value) ? yes(false) : no;
  });

export const oneOf = <const T extends string>(choices: readonly T[]) =>
  valueType<T>(`one of ${choices.join(', ')}`, (value) => {
    const choice = choices.find((each) => each === value.toLowerCase());
    return choice === undefined ? no : yes(choice);
  });

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

export const durationMs = ({ min = 0, max = 86_400_000 } = {}) =>
  valueType(
    `a time in milliseconds, or with a unit (250ms, 10s, 15m, 1h), from ${min} ms to ${max} ms`,
    (value) => {
      const match = /^(\d{1,12})\s*(ms|s|m|h)?$/.exec(value);
      const ms = Number(match?.[1]) * (unitMs[match?.[2] ?? 'ms'] ?? 1);
      return match !== null && ms >= min && ms <= max ? yes(ms) : no;
    },
  );

const unitBytes: Record<string, number> = { '': 1, k: 1024, m: 1_048_576, g: 1_073_741_824 };

export const byteSize = ({ min = 0, max = Number.MAX_SAFE_INTEGER } = {}) =>
  valueType(`a number of bytes, or with a unit (64k, 32m, 1g), ${min} or more`, (value) => {
    const match = /^(\d{1,15})\s*([kmg]?)b?$/i.exec(value);
    const bytes = Number(match?.[1]) * (unitBytes[(match?.[2] ?? '').toLowerCase()] ?? 1);
    return match !== null && bytes >= min && bytes <= max ? yes(bytes) : no;
  });

export const httpUrl = () =>
  valueType('an http:// or https:// address', (value) => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    return url?.protocol === 'http:' || url?.protocol === 'https:'
      ? yes(value.replace(/\/+$/, ''))
      : no;
  });

/** An interface's address or name: what a server listens on. */
export const host = () => text('a host name or address', /^[A-Za-z0-9.:_-]{1,253}$/);

const isAddress = (value: string) => {
  const match = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]{1,253}):(\d{1,5})$/.exec(value);
  return match !== null && Number(match[2]) >= 1 && Number(match[2]) <= 65_535;
};

export const addressList = () =>
  valueType<string[]>('a list host:port,host:port,…', (value) => {
    const list = value.split(',').map((each) => each.trim());
    return list.every(isAddress) ? yes(list) : no;
  });

/** Of a process, a file, a provider. */
const isName = (value: string) => /^[A-Za-z0-9._-]{1,64}$/.test(value);

export const name = () =>
  valueType('a name of letters, digits, . _ -', (value) => (isName(value) ? yes(value) : no));

export const nameList = () =>
  valueType<string[]>('a list name,name,…', (value) => {
    const list = value.split(',').map((each) => each.trim());
    return list.every(isName) ? yes(list) : no;
  });

export const path = () => text('a path', /^[^\0]{1,4096}$/);

/** Printed as `[secret]`, always. */
export const secret = ({ minLength = 1 } = {}) =>
  valueType(minLength > 1 ? `a secret of ${minLength} characters or more` : 'a secret', (value) =>
    value.length >= minLength && /^[\x21-\x7e]+$/.test(value) ? yes(new Secret(value)) : no,
  );
