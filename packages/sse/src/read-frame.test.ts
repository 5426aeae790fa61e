import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { framesOf, push, rawStream } from './cuts.arbitrary.ts';
import { DataSpan } from './data-span.ts';
import { encodeComment, encodeFrame } from './encode-frame.ts';
import { FrameSplitter } from './frame-splitter.ts';
import { readFrame } from './read-frame.ts';

function read(text: string) {
  const bytes = Buffer.from(text);
  const { event, data } = readFrame(bytes, 0, bytes.length);
  return [event, data?.toString() ?? null];
}

describe('readFrame', () => {
  it.each([
    ['data: a\n\n', null, 'a'],
    ['data:a\n\n', null, 'a'],
    ['data:  a\n\n', null, ' a'],
    ['data\n\n', null, ''],
    ['data: a\r\ndata: b\rdata: c\n\n', null, 'a\nb\nc'],
    ['event: x\ndata: {"a":1}\n\n', 'x', '{"a":1}'],
    ['data: a\nevent: late\n\n', 'late', 'a'],
    ['event: x\nevent: y\ndata: 1\n\n', 'y', '1'],
    ['event: x\nevent:\ndata: 1\n\n', null, '1'],
    [': comment\n\n', null, null],
    ['event: ping\n\n', 'ping', null],
    ['\n', null, null],
    ['\ndata: after a stray LF\n\n', null, 'after a stray LF'],
    ['id: 1\nretry: 2\nfoo: bar\ndata: z\n\n', null, 'z'],
    ['dataa: 1\ndat: 2\nDATA: 3\n\n', null, null],
  ])('reads %j', (text, event, data) => {
    expect(read(text)).toEqual([event, data]);
  });

  it('skips a byte order mark at the start of the stream and nowhere else', () => {
    const bytes = Buffer.from('\ufeffdata: a\n\n');
    expect(readFrame(bytes, 0, bytes.length, true).data?.toString()).toBe('a');
    expect(readFrame(bytes, 0, bytes.length).data).toBeNull();
  });
});

describe('DataSpan', () => {
  it('agrees with readFrame wherever it finds the data', () => {
    const span = new DataSpan();
    let found = 0;
    fc.assert(
      fc.property(rawStream, (raw) => {
        const stream = Buffer.from(raw.toString().replace(/\r\n?/g, '\n'));
        for (const { bytes, ends } of push(new FrameSplitter(), [stream])) {
          let start = 0;
          for (const end of ends) {
            if (span.locate(bytes, start, end)) {
              found++;
              const data = bytes.subarray(span.start, span.end).toString();
              expect(data).toBe(readFrame(bytes, start, end).data?.toString());
            }
            start = end;
          }
        }
      }),
      { numRuns: 4000, seed: 5 },
    );
    expect(found).toBeGreaterThan(20);
  });

  it.each([
    ['data: {"a":1}\n\n', '{"a":1}'],
    ['data:{"a":1}\n\n', '{"a":1}'],
    ['event: message_stop\ndata: {}\n\n', '{}'],
  ])('finds it in %j', (text, data) => {
    const span = new DataSpan();
    const bytes = Buffer.from(`xx${text}`);
    expect(span.locate(bytes, 2, bytes.length)).toBe(true);
    expect(bytes.toString('utf8', span.start, span.end)).toBe(data);
  });

  it.each([
    ': c\n\n',
    'data: a\ndata: b\n\n',
    'id: 1\ndata: a\n\n',
    'event: a\n\n',
    '\n',
    'data: a\n',
  ])('leaves %j to readFrame', (text) => {
    expect(new DataSpan().locate(Buffer.from(text), 0, text.length)).toBe(false);
  });
});

describe('encodeFrame', () => {
  it('writes what is read back as the same', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '\n', ' ', ':', '水', '\u2028') }),
        fc.option(fc.constantFrom('x', 'response.created'), { nil: undefined }),
        (data, event) => {
          const bytes = encodeFrame(event === undefined ? { data } : { event, data });
          const frames = framesOf(push(new FrameSplitter(), [bytes]));
          expect(frames.map((frame) => [frame.event, frame.data?.toString()])).toEqual([
            [event ?? null, data],
          ]);
        },
      ),
      { numRuns: 500, seed: 9 },
    );
  });

  it('writes comments that no client sees', () => {
    expect(encodeComment('keep-alive').toString()).toBe(': keep-alive\n\n');
    expect(() => encodeComment('a\nb')).toThrow(RangeError);
    expect(() => encodeFrame({ event: 'a\r', data: '' })).toThrow(RangeError);
  });
});
