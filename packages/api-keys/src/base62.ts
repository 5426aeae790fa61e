/** Digits, capitals, small letters: in ASCII order, so that texts of one length sort as their numbers do. */
export const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Bytes from 248 on are thrown away: 248 = 4 × 62, so each of the 62 signs is equally likely. */
const UNBIASED_BYTES = 248;

/** A whole number below 62^width, with leading zeros. */
export function encodeBase62(value: number, width: number): string {
  let rest = value;
  let text = '';
  while (text.length < width) {
    text = ALPHABET.charAt(rest % 62) + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

/** `length` signs drawn uniformly from a source of random bytes. */
export function drawBase62(length: number, randomBytes: (count: number) => Uint8Array): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length - text.length + 8)) {
      if (byte < UNBIASED_BYTES && text.length < length) text += ALPHABET.charAt(byte % 62);
    }
  }
  return text;
}

export function isBase62(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    const digit = code >= 48 && code <= 57;
    const letter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
    if (!digit && !letter) return false;
  }
  return true;
}
