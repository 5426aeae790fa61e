import { skipValue, skipWhitespace } from './skip.ts';

export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The elements of the array at `start` (a value's first byte), at most `limit` of them; null where
 * there is no array or its text is broken before the limit.
 */
export function scanArray(
  bytes: Buffer,
  start: number,
  limit: number = Number.POSITIVE_INFINITY,
): Span[] | null {
  if (bytes[start] !== 0x5b) return null;
  const elements: Span[] = [];
  let at = skipWhitespace(bytes, start + 1);
  if (bytes[at] === 0x5d) return elements;
  while (elements.length < limit) {
    const end = skipValue(bytes, at);
    if (end < 0) return null;
    elements.push({ start: at, end });
    at = skipWhitespace(bytes, end);
    const separator = bytes[at];
    if (separator === 0x5d) return elements;
    if (separator !== 0x2c) return null;
    at = skipWhitespace(bytes, at + 1);
  }
  return elements;
}
