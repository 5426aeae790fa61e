import { createHash } from 'node:crypto';

export interface Redaction {
  /** Literal texts that must not stay: the key that was used, an organisation's name. */
  readonly secrets: readonly string[];
  /** Drawn anew for each recording, so that nobody finds an id by trying. */
  readonly salt: string;
}

// The letter of an escape (`\n`) is no part of the word after it, and must stay what it is.

/** Credentials by the forms that vendors give them. */
const KEYS = /(?:(?<=\\[bfnrt])|(?<![A-Za-z0-9]))(?:sk|pk|rk|gsk|xai|nvapi|hf|AIza)[-_]?[A-Za-z0-9_-]{20,}/g;
const EMAILS = /(?<!\\)[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+/g;
const UUIDS = /(?:(?<=\\[bfnrt])|(?<![A-Za-z0-9]))[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;
/** `chatcmpl-…`, `resp_…`, `toolu_…`, `org-…`: a short word, and letters and digits in any order. */
const IDS = /(?:(?<=\\[bfnrt])|(?<![A-Za-z0-9]))([a-z]{2,12}[-_])((?=[A-Za-z]*\d)[A-Za-z0-9]{12,})\b/g;
/** Members whose text only their provider can read, or that name somebody. */
const SEALED_MEMBERS =
  /("(?:signature|encrypted_content|obfuscation|thought_signature|user|safety_identifier|prompt_cache_key|organization|organization_id|system_fingerprint)"\s*:\s*")((?:[^"\\]|\\.)+)(")/g;
/** Anthropic's redacted thinking. */
const REDACTED_THINKING =
  /("type"\s*:\s*"redacted_thinking"\s*,\s*"data"\s*:\s*")((?:[^"\\]|\\.)+)(")/g;

const ESCAPES_BETWEEN = /\\u[0-9a-fA-F]{4}|\\.|[^\\]+/g;

/**
 * A body or a stream with nothing in it that belongs to somebody: each such text becomes another of the
 * same length and of the same signs, the same one each time, so that ids still match each other and every
 * byte stays at its place.
 */
export function redact(bytes: Buffer, { secrets, salt }: Redaction): Buffer {
  const other = (text: string): string => pseudonym(text, salt);
  const otherValue = (_all: string, head: string, value: string, tail: string): string =>
    head + value.replace(ESCAPES_BETWEEN, (piece) => (piece[0] === '\\' ? piece : other(piece))) + tail;
  let text = bytes.toString('latin1');
  for (const secret of secrets) {
    if (secret !== '') text = text.replaceAll(asLatin1(secret), other(asLatin1(secret)));
  }
  text = text
    .replace(SEALED_MEMBERS, otherValue)
    .replace(REDACTED_THINKING, otherValue)
    .replace(KEYS, other)
    .replace(EMAILS, other)
    .replace(UUIDS, other)
    .replace(IDS, (_all, prefix: string, value: string) => prefix + other(value));
  return Buffer.from(text, 'latin1');
}

/** What of the secrets is still there: a recording with any must not be kept. */
export function findSecrets(bytes: Buffer, secrets: readonly string[]): string[] {
  return secrets.filter((secret) => secret !== '' && bytes.includes(secret));
}

/** Bytes of UTF-8 one sign each, so that lengths in signs are lengths in bytes. */
function asLatin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Letters for letters, digits for digits; all else stays as it is. */
function pseudonym(text: string, salt: string): string {
  let changed = '';
  let draws: Buffer = Buffer.alloc(0);
  let at = 0;
  for (const sign of text) {
    if (at === draws.length) {
      draws = createHash('sha256').update(`${salt} ${text} ${changed.length}`).digest();
      at = 0;
    }
    changed += replaceSign(sign, draws[at++] as number);
  }
  return changed;
}

function replaceSign(sign: string, draw: number): string {
  const code = sign.charCodeAt(0);
  if (code >= 0x30 && code <= 0x39) return String.fromCharCode(0x30 + (draw % 10));
  // Hexadecimal digits stay hexadecimal, so that a UUID is one.
  if (code >= 0x61 && code <= 0x66) return String.fromCharCode(0x61 + (draw % 6));
  if (code >= 0x61 && code <= 0x7a) return String.fromCharCode(0x61 + (draw % 26));
  if (code >= 0x41 && code <= 0x5a) return String.fromCharCode(0x41 + (draw % 26));
  return code < 0x80 ? sign : 'x';
}
