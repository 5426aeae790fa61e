import { randomFillSync } from 'node:crypto';

/**
 * Ids are made by us: a prefix and a ULID (48 bits of time in ms, 80 random bits, Crockford base32;
 * https://github.com/ulid/spec). The time in a request's id is its `receivedAt`, so that a bill's
 * month can be told from the id alone.
 */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]));
const TIME_LETTERS = 10;
const RANDOM_LETTERS = 16;
const LATEST_MS = 2 ** 48 - 1;

// Randomness is drawn in bulk: one call of the generator serves 512 ids.
const pool = new Uint8Array(RANDOM_LETTERS * 512);
let used = pool.length;

let lastMs = -1;
let lastTime = '';

function timeLetters(nowMs: number): string {
  if (nowMs === lastMs) return lastTime;
  let rest = nowMs;
  let letters = '';
  for (let i = 0; i < TIME_LETTERS; i++) {
    letters = ALPHABET.charAt(rest % 32) + letters;
    rest = Math.floor(rest / 32);
  }
  lastMs = nowMs;
  lastTime = letters;
  return letters;
}

/** A new id, e.g. `newId('acc_', Date.now())`. @throws RangeError for a time that a ULID can't hold. */
export function newId(prefix: string, nowMs: number): string {
  if (!Number.isInteger(nowMs) || nowMs < 0 || nowMs > LATEST_MS) {
    throw new RangeError(`not a time in ms that an id can hold: ${nowMs}`);
  }
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  let id = prefix + timeLetters(nowMs);
  // A byte's low five bits are uniform, so each letter is.
  for (let i = 0; i < RANDOM_LETTERS; i++) id += ALPHABET.charAt((pool[used++] ?? 0) & 31);
  return id;
}

export function newRequestId(nowMs: number): string {
  return newId('req_', nowMs);
}

const REQUEST_ID = /^req_[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

export function isRequestId(text: string): boolean {
  return text.length === 30 && REQUEST_ID.test(text);
}

/** The time, in ms since 1970 UTC, in an id that `newId` made. */
export function idTimeMs(id: string): number {
  const start = id.indexOf('_') + 1;
  let time = 0;
  for (let i = start; i < start + TIME_LETTERS; i++) {
    time = time * 32 + (VALUES.get(id.charAt(i)) ?? Number.NaN);
  }
  return time;
}

/** Event id of an attempt: `req_….1` for the first. */
export function attemptEventId(requestId: string, attempt: number): string {
  return `${requestId}.${attempt}`;
}

/** Event id of a request's end: `req_….end`. */
export function endEventId(requestId: string): string {
  return `${requestId}.end`;
}
