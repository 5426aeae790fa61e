import { type TextFacts, WORD_FAMILIES, type WordFamily } from './facts.ts';
import { EMPTY_HASH, hashStep, wordIndex } from './vocabulary.ts';

const SPACE = 0;
const LETTER = 1;
const DIGIT = 2;
const NEWLINE = 3;
const QUESTION = 4;
const MATH = 5;
const CODE = 6;
const STOP = 7;
const OTHER = 8;

/** The class of each ASCII code unit. */
const CLASS = new Uint8Array(128).fill(OTHER);
for (const [signs, kind] of [
  [' \t\r\f\v', SPACE],
  ['\n', NEWLINE],
  ['?', QUESTION],
  ['+=<>^%*/', MATH],
  ['{};_`\\#$&[]()|@~', CODE],
  ['.!', STOP],
] as const) {
  for (const sign of signs) CLASS[sign.charCodeAt(0)] = kind;
}
for (let code = 48; code <= 57; code++) CLASS[code] = DIGIT;
for (let code = 65; code <= 90; code++) CLASS[code] = CLASS[code + 32] = LETTER;

/** Hundredths of a token for a code unit of each class; words of English make 4 to 5 letters a token. */
const TOKEN_HUNDREDTHS = new Uint8Array([2, 24, 40, 30, 60, 60, 60, 50, 55]);
const CJK_HUNDREDTHS = 85;
const OTHER_SCRIPT_HUNDREDTHS = 45;
const LONG_WORD_LETTERS = 8;
const LONGEST_INDEXED_WORD = 24;

/** Text facts in the making. Several parts of one turn are scanned into the same counter. */
export interface TextCounter {
  chars: number;
  words: number;
  longWords: number;
  cjkChars: number;
  numbers: number;
  questionMarks: number;
  mathSigns: number;
  codeSigns: number;
  sentences: number;
  lines: number;
  listItems: number;
  codeFences: number;
  codeLines: number;
  tokenHundredths: number;
  /** For each word family the ideas seen, as bits. */
  ideaBits: Int32Array;
}

export function newTextCounter(): TextCounter {
  return {
    chars: 0,
    words: 0,
    longWords: 0,
    cjkChars: 0,
    numbers: 0,
    questionMarks: 0,
    mathSigns: 0,
    codeSigns: 0,
    sentences: 0,
    lines: 0,
    listItems: 0,
    codeFences: 0,
    codeLines: 0,
    tokenHundredths: 0,
    ideaBits: new Int32Array(WORD_FAMILIES.length),
  };
}

/** One pass over one text, each code unit looked at once. Words inside code fences are not the user's words. */
export function scanText(text: string, into: TextCounter): void {
  const length = text.length;
  let hash = EMPTY_HASH;
  let wordLength = 0;
  let inNumber = false;
  let inFence = false;
  let lineStart = 0;
  let hundredths = 0;
  into.chars += length;

  const endWord = () => {
    into.words++;
    if (wordLength >= LONG_WORD_LETTERS) into.longWords++;
    if (wordLength <= LONGEST_INDEXED_WORD && !inFence) noteIdeas(hash, into.ideaBits);
    hash = EMPTY_HASH;
    wordLength = 0;
  };
  const endLine = (end: number) => {
    if (end > lineStart) into.lines++;
    if (isFence(text, lineStart, end)) {
      into.codeFences++;
      inFence = !inFence;
    } else if (inFence) into.codeLines++;
    else if (isListItem(text, lineStart, end)) into.listItems++;
  };

  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 128) {
      if (inNumber) inNumber = false;
      if (isCjk(code)) {
        if (wordLength > 0) endWord();
        into.cjkChars++;
        hundredths += CJK_HUNDREDTHS;
        if (code === 0xff1f) into.questionMarks++;
      } else if (isOtherSpace(code)) {
        if (wordLength > 0) endWord();
      } else {
        hash = hashStep(hash, foldCase(code));
        wordLength++;
        hundredths += OTHER_SCRIPT_HUNDREDTHS;
      }
      continue;
    }
    const kind = CLASS[code] as number;
    hundredths += TOKEN_HUNDREDTHS[kind] as number;
    if (kind === LETTER) {
      hash = hashStep(hash, code | 32);
      wordLength++;
      inNumber = false;
      continue;
    }
    if (wordLength > 0) endWord();
    if (kind === DIGIT) {
      if (!inNumber) into.numbers++;
      inNumber = true;
      continue;
    }
    // "3.5" and "1,000" are one number.
    if (inNumber && (code === 46 || code === 44) && isDigitAt(text, i + 1)) continue;
    inNumber = false;
    if (kind === NEWLINE) {
      endLine(i);
      lineStart = i + 1;
    } else if (kind === QUESTION) {
      into.questionMarks++;
      into.sentences++;
    } else if (kind === STOP) into.sentences++;
    else if (kind === MATH) into.mathSigns++;
    else if (kind === CODE) into.codeSigns++;
  }
  if (wordLength > 0) endWord();
  endLine(length);
  into.tokenHundredths += hundredths;
}

/** Tokens of a text that is not scored (system, assistant, tool results), by the same measure. */
export function countTokenHundredths(text: string): number {
  let hundredths = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 128) hundredths += TOKEN_HUNDREDTHS[CLASS[code] as number] as number;
    else hundredths += isCjk(code) ? CJK_HUNDREDTHS : OTHER_SCRIPT_HUNDREDTHS;
  }
  return hundredths;
}

export function finishText(counter: TextCounter): TextFacts {
  const { ideaBits, tokenHundredths, ...counts } = counter;
  const ideas = {} as Record<WordFamily, number>;
  for (let family = 0; family < WORD_FAMILIES.length; family++) {
    ideas[WORD_FAMILIES[family] as WordFamily] = bitCount(ideaBits[family] as number);
  }
  return {
    ...counts,
    words: counts.words + (counts.cjkChars >> 1),
    ideas,
    tokensEstimate: Math.ceil(tokenHundredths / 100),
  };
}

function noteIdeas(hash: number, ideaBits: Int32Array): void {
  const entries = wordIndex.get(hash);
  if (entries === undefined) return;
  for (const entry of entries) {
    const family = entry >> 5;
    ideaBits[family] = (ideaBits[family] as number) | (1 << (entry & 31));
  }
}

function isFence(text: string, start: number, end: number): boolean {
  let i = start;
  while (i < end && i < start + 4 && text.charCodeAt(i) === 32) i++;
  return end - i >= 3 && text.startsWith('```', i);
}

/** `- x`, `* x`, `• x`, `1. x`, `12) x`, `A. x`, `b) x` at the start of a line. */
function isListItem(text: string, start: number, end: number): boolean {
  let i = start;
  while (i < end && i < start + 12 && text.charCodeAt(i) === 32) i++;
  const code = text.charCodeAt(i);
  if (end - i < 3) return false;
  if (code === 45 || code === 42 || code === 0x2022) return text.charCodeAt(i + 1) === 32;
  let width = 0;
  while (width < 2 && isDigitAt(text, i + width)) width++;
  if (width === 0 && code < 128 && CLASS[code] === LETTER) width = 1;
  const mark = text.charCodeAt(i + width);
  return width > 0 && (mark === 46 || mark === 41) && text.charCodeAt(i + width + 1) === 32;
}

function isDigitAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 48 && code <= 57;
}

/** Han, kana, Hangul, full-width forms, and the surrogates of the rarer Han. */
function isCjk(code: number): boolean {
  return (
    (code >= 0x2e80 && code <= 0x9fff) ||
    (code >= 0xac00 && code <= 0xd7af) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xff00 && code <= 0xffef)
  );
}

function isOtherSpace(code: number): boolean {
  return code === 0xa0 || (code >= 0x2000 && code <= 0x206f) || code === 0x3000 || code === 0xfeff;
}

/** Capitals of Latin-1, Greek and Cyrillic, without a call into the Unicode tables. */
function foldCase(code: number): number {
  if (code >= 0xc0 && code <= 0xde && code !== 0xd7) return code + 32;
  if (code >= 0x391 && code <= 0x3a9) return code + 32;
  if (code >= 0x410 && code <= 0x42f) return code + 32;
  return code;
}

function bitCount(bits: number): number {
  let rest = bits;
  let count = 0;
  while (rest !== 0) {
    rest &= rest - 1;
    count++;
  }
  return count;
}
