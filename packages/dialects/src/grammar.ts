const NAME = /^[A-Za-z0-9._:/@-]{1,128}$/;

/** What may be a model's name, and an answer's id: safe in a header and in a record. */
export function isName(value: string): boolean {
  return NAME.test(value);
}

/** The JSON string at a span, if it is one; plain ones without a parser. */
export function stringAt(bytes: Buffer, start: number, end: number): string | null {
  if (start < 0 || bytes[start] !== 0x22) return null;
  const text = bytes.toString('utf8', start + 1, end - 1);
  if (!text.includes('\\')) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return null;
  }
}

export function nameAt(bytes: Buffer, start: number, end: number): string | null {
  const text = stringAt(bytes, start, end);
  return text !== null && isName(text) ? text : null;
}

/** The value at a span, parsed; undefined where there is none or it is no JSON. */
export function valueAt(bytes: Buffer, start: number, end: number): unknown {
  if (start < 0) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8', start, end));
  } catch {
    return undefined;
  }
}

/** True for a span that holds `null`. */
export function isNullAt(bytes: Buffer, start: number): boolean {
  return bytes[start] === 0x6e;
}

/** A plain non-negative integer at a span, or -1. */
export function integerAt(bytes: Buffer, start: number, end: number): number {
  if (start < 0 || end - start > 15) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
