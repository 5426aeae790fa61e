/**
 * Where in a text the user speaks. What is pasted (a page, a log, data) comes after the ask or before it, set apart by
 * a blank line: the ask is the first paragraph, and the last one where it asks something. So a page of somebody else's
 * words buys no lane, whatever words it is full of.
 */
export interface AskRegion {
  readonly headStart: number;
  readonly headEnd: number;
  /** Equal to `tailEnd` where the end of the text is no ask. */
  readonly tailStart: number;
  readonly tailEnd: number;
}

/** A shorter first paragraph that ends in no full stop ("Hi", "My code") introduces the next one. */
const PARAGRAPH_CHARS_MIN = 60;
const TAIL_PARAGRAPH_CHARS_MIN = 12;
const SENTENCE_ENDS = '.?!\u3002\uff1f\uff01\u061f\u0964';
/** So much of a text without paragraphs is taken for the ask. */
const HEAD_CHARS_MAX = 600;
const TAIL_CHARS_MAX = 400;
/** "Summarise the above." */
const SHORT_TAIL_CHARS = 120;

export function findAsk(text: string): AskRegion {
  const headStart = skipBlanks(text, 0);
  const end = trimmedEnd(text, headStart);
  const headEnd = endOfParagraph(text, headStart, end);
  const tailStart = headEnd >= end ? end : startOfTail(text, headEnd, end);
  return { headStart, headEnd, tailStart, tailEnd: end };
}

function endOfParagraph(text: string, start: number, end: number): number {
  const limit = Math.min(end, start + HEAD_CHARS_MAX);
  let line = text.indexOf('\n', start);
  while (line >= 0 && line < limit) {
    const next = skipSpaces(text, line + 1);
    if (text.charCodeAt(next) === 10 && !introduces(text, start, line)) return line;
    line = text.indexOf('\n', line + 1);
  }
  return limit;
}

function introduces(text: string, start: number, end: number): boolean {
  return end - start < PARAGRAPH_CHARS_MIN && !SENTENCE_ENDS.includes(text.charAt(end - 1));
}

/** The last paragraph, or `end` where it asks nothing. */
function startOfTail(text: string, from: number, end: number): number {
  const limit = Math.max(from, end - TAIL_CHARS_MAX);
  let start = limit;
  for (let line = text.lastIndexOf('\n', end - 1); line > limit; ) {
    const before = text.lastIndexOf('\n', line - 1);
    if (skipSpaces(text, before + 1) === line && end - line >= TAIL_PARAGRAPH_CHARS_MIN) {
      start = line;
      break;
    }
    line = before;
  }
  const isShort = start > limit && end - start <= SHORT_TAIL_CHARS;
  return isShort || hasQuestion(text, start, end) ? start : end;
}

const QUESTION_MARKS = /[?\uff1f\u061f]/g;

function hasQuestion(text: string, from: number, end: number): boolean {
  QUESTION_MARKS.lastIndex = from;
  return QUESTION_MARKS.test(text) && QUESTION_MARKS.lastIndex <= end;
}

function skipSpaces(text: string, from: number): number {
  let i = from;
  while (text.charCodeAt(i) === 32 || text.charCodeAt(i) === 9 || text.charCodeAt(i) === 13) i++;
  return i;
}

function skipBlanks(text: string, from: number): number {
  let i = from;
  while (i < text.length && text.charCodeAt(i) <= 32) i++;
  return i;
}

function trimmedEnd(text: string, from: number): number {
  let end = text.length;
  while (end > from && text.charCodeAt(end - 1) <= 32) end--;
  return end;
}
