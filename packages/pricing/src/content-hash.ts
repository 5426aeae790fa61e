import { createHash } from 'node:crypto';

/**
 * The one text of a JSON value: keys sorted by code unit, no white space, `undefined` members left out.
 * Equal data has equal text, whatever order a file was written in.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'bigint') return `"${value}"`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

/** `prefix` and the first 16 hex digits of the SHA-256 of the value's canonical JSON. */
export function contentHash(prefix: string, value: unknown): string {
  return prefix + createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 16);
}
