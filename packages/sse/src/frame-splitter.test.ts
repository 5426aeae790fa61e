import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, framesOf, push, rawStream } from './cuts.arbitrary.ts';
import { FrameSplitter } from './frame-splitter.ts';

const places = fc.array(fc.nat(), { maxLength: 12 });
const runs = { numRuns: 800, seed: 20261121 };

/**
 * The standard's own algorithm on the decoded text, word for word: what any client makes of it.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
function dispatched(bytes: Buffer): { event: string | null; data: string }[] {
  const text = bytes.toString().replace(/^\ufeff/, '');
  const lines = text.split(/\r\n|\n|\r/);
  lines.pop(); // an unfinished line
  const events: { event: string | null; data: string }[] = [];
  let event = '';
  let data: string[] = [];
  for (const line of lines) {
    if (line === '') {
      if (data.length > 0) events.push({ event: event || null, data: data.join('\n') });
      event = '';
      data = [];
      continue;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    if (field === 'event') event = value;
  }
  return events;
}

describe('FrameSplitter, under every cut', () => {
  it('lets every byte through, in order', () => {
    fc.assert(
      fc.property(rawStream, places, fc.nat({ max: 40 }), (stream, at, maxFrameBytes) => {
        const pieces = push(new FrameSplitter({ maxFrameBytes }), cut(stream, at));
        expect(Buffer.concat(pieces.map(({ bytes }) => bytes))).toEqual(stream);
        for (const { bytes, ends, kind } of pieces) {
          expect(ends.at(-1) ?? bytes.length).toBe(bytes.length);
          expect(ends.length > 0).toBe(kind === 'frames');
          expect([...ends].sort((a, b) => a - b)).toEqual(ends);
        }
      }),
      runs,
    );
  });

  it('finds the events that the standard finds', () => {
    fc.assert(
      fc.property(rawStream, places, (stream, at) => {
        const frames = framesOf(push(new FrameSplitter(), cut(stream, at)));
        expect(frames.map(({ event, data }) => ({ event, data: data?.toString() }))).toEqual(
          dispatched(stream),
        );
      }),
      runs,
    );
  });

  it('finds the same byte by byte', () => {
    fc.assert(
      fc.property(rawStream, (stream) => {
        const bytes = [...stream].map((byte) => Buffer.from([byte]));
        const frames = framesOf(push(new FrameSplitter(), bytes));
        expect(frames.map(({ event, data }) => ({ event, data: data?.toString() }))).toEqual(
          dispatched(stream),
        );
      }),
      { ...runs, numRuns: 500 },
    );
  });

  it('stands between frames only where a comment may be put in', () => {
    const comment = Buffer.from(': keep-alive\n\n');
    fc.assert(
      fc.property(rawStream, places, (stream, at) => {
        const splitter = new FrameSplitter();
        const written: Buffer[] = [];
        for (const chunk of cut(stream, at)) {
          written.push(...splitter.push(chunk).map(({ bytes }) => bytes));
          // A mark is only one at the very start.
          if (splitter.betweenFrames && written.length > 0) written.push(comment);
        }
        written.push(...splitter.end().map(({ bytes }) => bytes));
        expect(dispatched(Buffer.concat(written))).toEqual(dispatched(stream));
      }),
      runs,
    );
  });
});

describe('FrameSplitter', () => {
  it('hands a chunk of whole frames through as it is', () => {
    const chunk = Buffer.from('data: 1\n\nevent: x\ndata: 2\n\n: c\n\n');
    const [piece, ...more] = new FrameSplitter().push(chunk);
    expect(piece?.bytes).toBe(chunk);
    expect(piece?.ends).toEqual([9, 27, 32]);
    expect(more).toEqual([]);
  });

  it('holds a part of a frame back until it is whole', () => {
    const splitter = new FrameSplitter();
    expect(splitter.push(Buffer.from('data: 1'))).toEqual([]);
    expect(splitter.carriedBytes).toBe(7);
    expect(splitter.push(Buffer.from('\n'))).toEqual([]);
    const pieces = splitter.push(Buffer.from('\ndata: 2\n\ndata: '));
    expect(pieces.map(({ bytes, ends }) => [bytes.toString(), ends])).toEqual([
      ['data: 1\n\n', [9]],
      ['data: 2\n\n', [9]],
    ]);
    expect(splitter.end().map(({ bytes, kind }) => [bytes.toString(), kind])).toEqual([
      ['data: ', 'tail'],
    ]);
  });

  it('does not wait for the LF of a CR LF that ends a frame', () => {
    const splitter = new FrameSplitter();
    const [first] = splitter.push(Buffer.from('data: 1\r\n\r'));
    expect(first?.ends).toEqual([10]);
    expect(splitter.betweenFrames).toBe(false);
    const [second] = splitter.push(Buffer.from('\ndata: 2\r\n\r\n'));
    expect(second?.ends).toEqual([12]);
    expect(splitter.betweenFrames).toBe(true);
  });

  it('passes a frame that is too large on as it comes, and finds the next', () => {
    const splitter = new FrameSplitter({ maxFrameBytes: 10 });
    const kinds = ['data: 12345', '6789', '0\n\nda', 'ta: 2\n\n'].map((text) =>
      splitter.push(Buffer.from(text)).map(({ kind, bytes }) => `${kind} ${bytes}`),
    );
    expect(kinds).toEqual([
      ['oversized data: 12345'],
      ['oversized 6789'],
      ['oversized 0\n\n'],
      ['frames data: 2\n\n'],
    ]);
    expect(splitter.betweenFrames).toBe(true);
  });

  it('is not between frames while a large one is under way', () => {
    const splitter = new FrameSplitter({ maxFrameBytes: 4 });
    expect(splitter.betweenFrames).toBe(true);
    splitter.push(Buffer.from('data: 1'));
    expect(splitter.betweenFrames).toBe(false);
    splitter.push(Buffer.from('\n\n'));
    expect(splitter.betweenFrames).toBe(true);
  });

  it('takes U+2028, U+2029 and NEL for text', () => {
    const chunk = Buffer.from('data: "\u2028\u2028\u2029\u0085"\n\n');
    expect(new FrameSplitter().push(chunk)[0]?.ends).toEqual([chunk.length]);
  });
});
