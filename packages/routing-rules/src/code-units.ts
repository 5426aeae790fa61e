/** Classes of code units, as the scan of a text tells them apart. */
const SPACE = 0;
export const LETTER = 1;
export const DIGIT = 2;
export const NEWLINE = 3;
export const QUESTION = 4;
export const MATH = 5;
export const CODE = 6;
const STOP = 7;
const OTHER = 8;
/** Combining marks that change no word: with and without them, composed and decomposed, a word is the same. */
export const MARK = 9;
/** Han, kana and Hangul: words are not set apart by spaces. */
export const CJK = 10;
/** Parts of kana and Hangul that a composed sign has in one: the text is composed before it is read. */
export const DECOMPOSED = 11;

/** Below it classes and folded forms come from tables, above by range. */
export const TABLE_SIZE = 0x2000;

/** The class of each code unit below `TABLE_SIZE`. */
export const CLASS = new Uint8Array(TABLE_SIZE).fill(OTHER);
/** Its small, bare letter: "É", "é" and "e" are one. Digits of every script are those of ASCII. */
export const FOLDED = new Uint16Array(TABLE_SIZE);

const FOLDED_BY_HAND: Readonly<Record<string, string>> = {
  ı: 'i',
  đ: 'd',
  ø: 'o',
  ł: 'l',
  æ: 'a',
  ß: 's',
  ς: 'σ',
  ى: 'ي',
  ة: 'ه',
};

fillTables();

function fillTables(): void {
  for (let code = 0; code < TABLE_SIZE; code++) {
    const sign = String.fromCharCode(code);
    FOLDED[code] = code;
    if (code >= 0x1100 && code <= 0x11ff) CLASS[code] = DECOMPOSED;
    else if (isVowelSign(code)) CLASS[code] = LETTER;
    else if (/\p{M}|\u0640/u.test(sign)) CLASS[code] = MARK;
    else if (/\p{L}/u.test(sign)) {
      CLASS[code] = LETTER;
      FOLDED[code] = foldLetter(sign);
    } else if (/\p{Nd}/u.test(sign)) CLASS[code] = DIGIT;
    else if (/\p{Sm}/u.test(sign)) CLASS[code] = MATH;
    else if (/\s|\p{P}/u.test(sign)) CLASS[code] = SPACE;
  }
  for (const [signs, kind] of [
    ['\n', NEWLINE],
    ['?;\u061f', QUESTION],
    ['+=<>^%*/', MATH],
    ['{};_`\\#$&[]()|@~', CODE],
    ['.!\u0964', STOP],
    ['"\'-,:', OTHER],
  ] as const) {
    for (const sign of signs) CLASS[sign.charCodeAt(0)] = kind;
  }
}

/** Vowel signs of Devanagari and its neighbours carry the word; the nukta does not. */
function isVowelSign(code: number): boolean {
  return code >= 0x900 && code <= 0xdff && code !== 0x93c && code !== 0x9bc;
}

function foldLetter(sign: string): number {
  const small = sign.toLowerCase().normalize('NFKD').charAt(0);
  return (FOLDED_BY_HAND[small] ?? small).charCodeAt(0);
}

/** The class of a code unit from `TABLE_SIZE` on. */
export function classAbove(code: number): number {
  if (code >= 0x3041 && code <= 0x9fff) {
    return code === 0x3099 || code === 0x309a ? DECOMPOSED : CJK;
  }
  if (code >= 0xac00 && code <= 0xd7af) return CJK;
  if (code >= 0xff00 && code <= 0xffef) return classOfFullWidth(code);
  if (code >= 0xf900 && code <= 0xfaff) return CJK;
  if (code >= 0x2190 && code <= 0x22ff) return MATH;
  if (code === 0x3002) return STOP;
  if (code <= 0x206f || code <= 0x303f || code === 0xfeff) return SPACE;
  return OTHER;
}

function classOfFullWidth(code: number): number {
  if (code > 0xff5e || code === 0xff0c) return code > 0xff65 && code < 0xffe0 ? CJK : SPACE;
  return CLASS[code - 0xfee0] as number;
}

/** The class of any code unit. */
export function classOf(code: number): number {
  return code < TABLE_SIZE ? (CLASS[code] as number) : classAbove(code);
}

/** The small, bare form of any code unit. */
export function foldUnit(code: number): number {
  if (code < TABLE_SIZE) return FOLDED[code] as number;
  return code >= 0xff01 && code <= 0xff5e ? (FOLDED[code - 0xfee0] as number) : code;
}

/**
 * Hundredths of a token for each ASCII code unit, by its class: English makes 4 to 5 letters a token, three digits at
 * most, and most signs are tokens of their own.
 */
const LETTER_TOKEN_HUNDREDTHS = 24;
const CLASS_HUNDREDTHS = [2, LETTER_TOKEN_HUNDREDTHS, 40, 30, 60, 60, 60, 50, 55];
const CJK_TOKEN_HUNDREDTHS = 85;
const OTHER_SCRIPT_TOKEN_HUNDREDTHS = 45;
const ASCII_TOKEN_HUNDREDTHS = Uint8Array.from(
  CLASS.subarray(0, 128),
  (kind) => CLASS_HUNDREDTHS[kind] ?? 0,
);

/** Tokens of a part of a text, in hundredths: by script and class, as nobody's tokenizer in particular counts. */
export function countTokenHundredths(text: string, from = 0, to = text.length): number {
  let hundredths = 0;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code < 128) hundredths += ASCII_TOKEN_HUNDREDTHS[code] as number;
    else if (code >= 0x2e80 && code <= 0xffef && !(code >= 0xd800 && code <= 0xf8ff)) {
      hundredths += CJK_TOKEN_HUNDREDTHS;
    } else hundredths += OTHER_SCRIPT_TOKEN_HUNDREDTHS;
  }
  return hundredths;
}

export function isDigitAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 48 && code <= 57;
}
