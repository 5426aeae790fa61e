import fc from 'fast-check';
import type { FrameSplitter, Piece } from './frame-splitter.ts';
import { type Frame, readFrame } from './read-frame.ts';

/** Cuts bytes at the given places (any numbers; taken modulo the length). */
export function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  const ends = [...at, bytes.length];
  return ends.map((end, i) => bytes.subarray(i === 0 ? 0 : ends[i - 1], end));
}

export function push(splitter: FrameSplitter, chunks: readonly Buffer[]): Piece[] {
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}

/** The frames of pieces that say something (blank lines and comments do not). */
export function framesOf(pieces: readonly Piece[]): Frame[] {
  const frames: Frame[] = [];
  let first = true;
  for (const { bytes, ends } of pieces) {
    let start = 0;
    for (const end of ends) {
      frames.push(readFrame(bytes, start, end, first));
      first = false;
      start = end;
    }
  }
  return frames.filter(({ data }) => data !== null);
}

const lineEnd = fc.constantFrom('\n', '\r', '\r\n');
const line = fc.oneof(
  fc.constantFrom(
    'data: {"a":1}',
    'data:x',
    'data',
    'data: ',
    'data:  two spaces',
    'event: delta',
    'event:',
    'event',
    ': keep-alive',
    ':',
    'id: 7',
    'retry: 10',
    'unknown: field',
    'no colon',
    'data: u2028\u2028u2029\u2029nel\u0085end',
    'data: 水😀',
    '\ufeffdata: mark inside',
    'Data: other case',
    ' data: space before',
    'data : space after',
  ),
  fc.string({ unit: fc.constantFrom(...'ab: {}'), maxLength: 12 }),
);

/** Streams as nobody sends them: all line ends mixed, blank lines in runs, a tail without one. */
export const rawStream = fc
  .tuple(
    fc.boolean(),
    fc.array(
      fc.oneof(
        { weight: 3, arbitrary: fc.tuple(line, lineEnd).map((parts) => parts.join('')) },
        { weight: 2, arbitrary: lineEnd },
      ),
      { maxLength: 30 },
    ),
    fc.option(line, { nil: '' }),
  )
  .map(([mark, lines, tail]) => Buffer.from((mark ? '\ufeff' : '') + lines.join('') + tail));
