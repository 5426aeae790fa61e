/** Classes of code units, as the scan of a text tells them apart. */
export const SPACE = 0;
export const LETTER = 1;
export const DIGIT = 2;
export const NEWLINE = 3;
export const QUESTION = 4;
export const MATH = 5;
export const CODE = 6;
export const STOP = 7;
const OTHER = 8;

/** The class of each ASCII code unit. */
export const ASCII_CLASS = new Uint8Array(128).fill(OTHER);
for (const [signs, kind] of [
  [' \t\r\f\v', SPACE],
  ['\n', NEWLINE],
  ['?', QUESTION],
  ['+=<>^%*/', MATH],
  ['{};_`\\#$&[]()|@~', CODE],
  ['.!', STOP],
] as const) {
  for (const sign of signs) ASCII_CLASS[sign.charCodeAt(0)] = kind;
}
for (let code = 48; code <= 57; code++) ASCII_CLASS[code] = DIGIT;
for (let code = 65; code <= 90; code++) ASCII_CLASS[code] = ASCII_CLASS[code + 32] = LETTER;

/**
 * Hundredths of a token for each ASCII code unit, by its class: English makes 4 to 5 letters a token, three digits at
 * most, and most signs are tokens of their own.
 */
export const LETTER_TOKEN_HUNDREDTHS = 24;
const CLASS_HUNDREDTHS = [2, LETTER_TOKEN_HUNDREDTHS, 40, 30, 60, 60, 60, 50, 55];
export const ASCII_TOKEN_HUNDREDTHS = Uint8Array.from(
  ASCII_CLASS,
  (kind) => CLASS_HUNDREDTHS[kind] ?? 0,
);
export const CJK_TOKEN_HUNDREDTHS = 85;
export const OTHER_SCRIPT_TOKEN_HUNDREDTHS = 45;

/** Han, kana, Hangul and full-width forms. */
export function isCjk(code: number): boolean {
  return (
    (code >= 0x2e80 && code <= 0x9fff) ||
    (code >= 0xac00 && code <= 0xd7af) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xff00 && code <= 0xffef)
  );
}

/** White space and punctuation beyond ASCII that ends a word. */
export function endsWord(code: number): boolean {
  return code === 0xa0 || (code >= 0x2000 && code <= 0x206f) || code === 0xfeff;
}

/** Capitals of Latin-1, Greek and Cyrillic to small ones, without a call into the Unicode tables. */
export function foldCase(code: number): number {
  if (code >= 0xc0 && code <= 0xde && code !== 0xd7) return code + 32;
  if (code >= 0x391 && code <= 0x3a9) return code + 32;
  if (code >= 0x410 && code <= 0x42f) return code + 32;
  return code;
}

export function isDigitAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 48 && code <= 57;
}
