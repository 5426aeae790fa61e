/**
 * Where in a text the user speaks. What is pasted (a page, a log, data) comes after the ask or before it, set apart by
 * a blank line: the ask is the first paragraph, and the last one that asks something. So a page of somebody else's
 * words buys no lane, whatever words it is full of.
 */
export interface AskRegion {
  readonly headStart: number;
  readonly headEnd: number;
  /** Equal to `tailEnd` where nothing after the head asks. */
  readonly tailStart: number;
  readonly tailEnd: number;
}

/** A shorter first paragraph that ends in no full stop ("Hi", "My code") introduces the next one. */
const PARAGRAPH_CHARS_MIN = 60;
const TAIL_PARAGRAPH_CHARS_MIN = 12;
const SENTENCE_ENDS = '.?!\u3002\uff1f\uff01\u061f\u0964';
/** So much of a text without paragraphs is taken for the ask. */
const HEAD_CHARS_MAX = 600;
const TAIL_CHARS_MAX = 300;
/** "Summarise the above." */
const SHORT_TAIL_CHARS = 120;

export function findAsk(text: string): AskRegion {
  const headStart = skipBlanks(text, 0);
  const end = trimmedEnd(text, headStart);
  const headEnd = endOfHead(text, headStart, end);
  const [tailStart, tailEnd] = headEnd >= end ? [end, end] : findTail(text, headEnd, end);
  return { headStart, headEnd, tailStart, tailEnd };
}

/** Of the first paragraph that is more than an introduction. */
function endOfHead(text: string, start: number, end: number): number {
  const limit = Math.min(end, start + HEAD_CHARS_MAX);
  let stop = endOfParagraph(text, start, limit);
  while (stop < limit && introduces(text, start, stop)) {
    stop = endOfParagraph(text, stop + 1, limit);
  }
  return stop;
}

/** The blank line after `from`, or `limit`. */
function endOfParagraph(text: string, from: number, limit: number): number {
  let line = text.indexOf('\n', from);
  while (line >= 0 && line < limit) {
    if (text.charCodeAt(skipSpaces(text, line + 1)) === 10) return line;
    line = text.indexOf('\n', line + 1);
  }
  return limit;
}

function introduces(text: string, start: number, end: number): boolean {
  return end - start < PARAGRAPH_CHARS_MIN && !SENTENCE_ENDS.includes(text.charAt(end - 1));
}

/**
 * The paragraph with the last question, wherever it stands: a page that is pasted after it does not hide it. Without a
 * question the last paragraph, if it is short ("Summarise the above."). Empty where neither is there.
 */
function findTail(text: string, from: number, end: number): readonly [start: number, end: number] {
  const question = lastQuestion(text, from, end);
  if (question >= 0) {
    const stop = endOfParagraph(text, question, Math.min(end, question + TAIL_CHARS_MAX));
    return [startOfParagraph(text, Math.max(from, question - TAIL_CHARS_MAX), question), stop];
  }
  const start = startOfParagraph(text, Math.max(from, end - SHORT_TAIL_CHARS), end);
  const isShort = start > end - SHORT_TAIL_CHARS && end - start >= TAIL_PARAGRAPH_CHARS_MIN;
  return isShort ? [start, end] : [end, end];
}

/** After the last blank line between `limit` and `at`; else `limit`. */
function startOfParagraph(text: string, limit: number, at: number): number {
  for (let line = text.lastIndexOf('\n', at - 1); line > limit; ) {
    const before = text.lastIndexOf('\n', line - 1);
    if (skipSpaces(text, before + 1) === line) return line + 1;
    line = before;
  }
  return limit;
}

const QUESTION_MARKS = ['?', '\uff1f', '\u061f'];

function lastQuestion(text: string, from: number, end: number): number {
  let last = -1;
  for (const mark of QUESTION_MARKS) last = Math.max(last, text.lastIndexOf(mark, end - 1));
  return last >= from ? last : -1;
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
