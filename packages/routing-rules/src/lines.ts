import { CLASS, isDigitAt, LETTER } from './code-units.ts';

const SPACE = 32;
const INDENT_MAX = 12;

/** Three backticks, indented by at most three spaces. */
export function isFence(text: string, start: number, end: number): boolean {
  let i = start;
  while (i < end && i < start + 4 && text.charCodeAt(i) === SPACE) i++;
  return end - i >= 3 && text.startsWith('```', i);
}

/** `- x`, `* x`, `• x`, `1. x`, `12) x`, `A. x`, `b) x`, `(c) x` at the start of a line. */
export function isListItem(text: string, start: number, end: number): boolean {
  let i = skipIndent(text, start, end);
  if (end - i < 3) return false;
  const code = text.charCodeAt(i);
  if (code === 45 || code === 42 || code === 0x2022) return text.charCodeAt(i + 1) === SPACE;
  if (code === 40) i++;
  let width = 0;
  while (width < 2 && isDigitAt(text, i + width)) width++;
  const label = text.charCodeAt(i);
  if (width === 0 && label < 128 && CLASS[label] === LETTER) width = 1;
  return width > 0 && endsLabel(text, i + width);
}

/** The first of answers to choose from: `A. x`, `a) x`, `(A) x` at the start of a line. */
export function isOption(text: string, start: number): boolean {
  let i = skipIndent(text, start, text.length);
  if (text.charCodeAt(i) === 40) i++;
  return (text.charCodeAt(i) | 32) === 97 && endsLabel(text, i + 1);
}

function endsLabel(text: string, at: number): boolean {
  const mark = text.charCodeAt(at);
  return (mark === 46 || mark === 41) && text.charCodeAt(at + 1) === SPACE;
}

function skipIndent(text: string, start: number, end: number): number {
  let i = start;
  while (i < end && i < start + INDENT_MAX && text.charCodeAt(i) === SPACE) i++;
  return i;
}
