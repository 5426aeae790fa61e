/**
 * The primitive steps over raw JSON bytes. Positions are byte offsets; -1 means "ran off the end".
 * They are right for every text that JSON.parse accepts. For other text they only promise to end.
 */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * A string's end is looked for in JS for this many bytes, then natively: `Buffer.indexOf` costs
 * about 35 ns a call on Node 24 whatever it finds, as much as a loop over this many bytes.
 */
const SHORT_STRING = 24;
/** After this many bytes without a closing quote, the native search is tried again. */
const MOST_WINDOW = 4096;

const SKIP = 0;
const STRING = 1;
const OPEN = 2;
const CLOSE = 3;
const KIND = new Uint8Array(256);
KIND[QUOTE] = STRING;
KIND[0x7b] = OPEN; // {
KIND[0x5b] = OPEN; // [
KIND[0x7d] = CLOSE; // }
KIND[0x5d] = CLOSE; // ]

/** 1 for what ends a number, `true`, `false` or `null`. */
const ENDS_SCALAR = new Uint8Array(256);
for (const byte of [0x20, 0x09, 0x0a, 0x0d, 0x2c, 0x5d, 0x7d]) ENDS_SCALAR[byte] = 1;

/**
 * A string's beginning had an escape `\u00…` since `watchEscapes`: perhaps a member's name that is
 * written so that it does not look like itself. Seen in the first SHORT_STRING bytes only, which
 * is where the first escape of a name of at most SHORT_STRING characters must be.
 */
let sawAsciiEscape = false;

export function watchEscapes(): void {
  sawAsciiEscape = false;
}

export function escapesSeen(): boolean {
  return sawAsciiEscape;
}

/** Depth reached by the last `skipValue`, relative to the value's outside. */
let deepest = 0;

export function lastDepth(): number {
  return deepest;
}

/** The first byte at or after `pos` that is no JSON whitespace, or `bytes.length`. */
export function skipWhitespace(bytes: Buffer, pos: number): number {
  let at = pos;
  const end = bytes.length;
  while (at < end) {
    const byte = bytes[at] as number;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    at++;
  }
  return at;
}

/** `pos` is after the opening quote; returns the position after the closing one, or -1. */
export function skipString(bytes: Buffer, pos: number): number {
  const stop = Math.min(pos + SHORT_STRING, bytes.length);
  let at = pos;
  let lastEscape = -1;
  while (at < stop) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      if (lastEscape >= 0) noteEscape(bytes, lastEscape);
      return at + 1;
    }
    if (byte === BACKSLASH) {
      lastEscape = at;
      at += 2;
    } else at++;
  }
  if (lastEscape >= 0) noteEscape(bytes, lastEscape);
  return skipLongString(bytes, at);
}

/**
 * Natively, but for swarms of escaped quotes (code, JSON in a string), where looking at four bytes
 * at a time is faster than a native search for each.
 */
function skipLongString(bytes: Buffer, pos: number): number {
  let at = pos;
  let window = SHORT_STRING;
  let view: DataView | undefined;
  while (at < bytes.length) {
    const quote = bytes.indexOf(QUOTE, at);
    if (quote < 0) return -1;
    // `at` is never inside an escape, so the backslashes before the quote pair up from there.
    let before = quote - 1;
    while (before >= at && bytes[before] === BACKSLASH) before--;
    if (((quote - 1 - before) & 1) === 0) return quote + 1;
    window = Math.min(window * 2, MOST_WINDOW);
    view ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    at = findQuote(bytes, view, quote + 1, Math.min(quote + window, bytes.length));
    if (at < 0) return -at;
  }
  return -1;
}

/** Up to `stop`: the negated position after the closing quote, or where to go on. */
function findQuote(bytes: Buffer, view: DataView, pos: number, stop: number): number {
  const lastWord = bytes.length - 4;
  let at = pos;
  while (at < stop) {
    while (at < stop && at <= lastWord) {
      const word = view.getInt32(at, true);
      const quotes = word ^ 0x22222222;
      const backslashes = word ^ 0x5c5c5c5c;
      // A byte that became 0 borrows, which sets its top bit where it was not set before.
      const hits = ((quotes - 0x01010101) & ~quotes) | ((backslashes - 0x01010101) & ~backslashes);
      if ((hits & 0x80808080) !== 0) break;
      at += 4;
    }
    const wordEnd = Math.min(at + 4, bytes.length);
    while (at < wordEnd) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) return -(at + 1);
      at += byte === BACKSLASH ? 2 : 1;
    }
  }
  return at;
}

/** The last escape stands for all: in a name that hides, each is of this kind. */
function noteEscape(bytes: Buffer, at: number): void {
  if (bytes[at + 1] === 0x75 && bytes[at + 2] === 0x30 && bytes[at + 3] === 0x30) {
    sawAsciiEscape = true;
  }
}

/** `pos` is at the value's first byte; returns the position after its last one, or -1. */
export function skipValue(bytes: Buffer, pos: number): number {
  deepest = 0;
  const end = bytes.length;
  if (pos >= end) return -1;
  const first = KIND[bytes[pos] as number] as number;
  if (first === STRING) return skipString(bytes, pos + 1);
  if (first === SKIP) {
    let at = pos;
    while (at < end && ENDS_SCALAR[bytes[at] as number] === 0) at++;
    return at === pos ? -1 : at;
  }
  if (first === CLOSE) return -1;
  let depth = 1;
  let reached = 1;
  let at = pos + 1;
  while (at < end) {
    const kind = KIND[bytes[at] as number] as number;
    at++;
    if (kind === SKIP) continue;
    if (kind === STRING) {
      at = skipString(bytes, at);
      if (at < 0) return -1;
    } else if (kind === OPEN) {
      depth++;
      if (depth > reached) reached = depth;
    } else {
      depth--;
      if (depth === 0) {
        deepest = reached;
        return at;
      }
    }
  }
  return -1;
}
