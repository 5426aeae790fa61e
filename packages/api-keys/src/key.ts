import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { drawBase62, encodeBase62, isBase62 } from './base62.ts';

/** What a key opens: an account's inference and records, or the operators' paths. */
export type KeyKind = 'account' | 'operator';

const PREFIX: Readonly<Record<KeyKind, string>> = {
  account: 'sk-flux-',
  operator: 'sk-fluxop-',
};
const SECRET_LENGTH = 32;
const CHECKSUM_LENGTH = 6;
const DISPLAYED_SECRET_LENGTH = 4;

/** A new key: prefix, 32 random base62 signs (190 bits), 6 of checksum. The random source is the caller's. */
export function generateKey(
  randomBytes: (count: number) => Uint8Array,
  kind: KeyKind = 'account',
): string {
  const body = PREFIX[kind] + drawBase62(SECRET_LENGTH, randomBytes);
  return body + checksum(body);
}

/**
 * The kind of a key that is well formed, else undefined. It only tells a typing error from a key, without a look-up
 * and without the pepper: it proves nothing about who holds it.
 */
export function keyKind(text: string): KeyKind | undefined {
  const kind = text.startsWith(PREFIX.account)
    ? 'account'
    : text.startsWith(PREFIX.operator)
      ? 'operator'
      : undefined;
  if (kind === undefined) return undefined;
  const secretFrom = PREFIX[kind].length;
  const checksumFrom = secretFrom + SECRET_LENGTH;
  if (text.length !== checksumFrom + CHECKSUM_LENGTH) return undefined;
  if (!isBase62(text, secretFrom, text.length)) return undefined;
  return text.endsWith(checksum(text.slice(0, checksumFrom))) ? kind : undefined;
}

export function isWellFormedKey(text: string): boolean {
  return keyKind(text) !== undefined;
}

/** Made once at start, so that hashing a request's key does not import the pepper each time. */
export function pepperFromText(pepper: string): KeyObject {
  return createSecretKey(Buffer.from(pepper, 'utf8'));
}

/** HMAC-SHA-256 under the pepper, 64 hex digits: the only form in which a key is kept. */
export function hashKey(key: string, pepper: KeyObject): string {
  return createHmac('sha256', pepper).update(key).digest('hex');
}

/** The part of a key that may be shown and stored: its prefix and the first four signs. */
export function keyPrefixForDisplay(key: string): string {
  const kind = key.startsWith(PREFIX.operator) ? 'operator' : 'account';
  return key.slice(0, PREFIX[kind].length + DISPLAYED_SECRET_LENGTH);
}

/** CRC-32 as in zlib over prefix and secret, 6 base62 digits with leading zeros (62^6 > 2^32). */
function checksum(body: string): string {
  return encodeBase62(crc32(body), CHECKSUM_LENGTH);
}
