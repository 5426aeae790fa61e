import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { skipString, skipValue } from './skip.ts';

/** The end of a string by the simplest means. */
function naiveEnd(bytes: Buffer, pos: number): number {
  for (let at = pos; at < bytes.length; at++) {
    if (bytes[at] === 0x5c) at++;
    else if (bytes[at] === 0x22) return at + 1;
  }
  return -1;
}

const piece = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('\\"', '\\\\', '\\n', '\\u0022', 'ab', '{', '水', '\x80\x22'),
  },
  { weight: 1, arbitrary: fc.nat({ max: 400 }).map((length) => 'z'.repeat(length)) },
);

describe('skipString', () => {
  it('ends where the simplest reading ends, at any length, density and alignment', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 80 }), fc.nat({ max: 7 }), (pieces, shift) => {
        const text = `${' '.repeat(shift)}"${pieces.join('')}"${'tail"'.repeat(3)}`;
        const bytes = Buffer.from(text);
        expect(skipString(bytes, shift + 1)).toBe(naiveEnd(bytes, shift + 1));
        const cut = bytes.subarray(0, bytes.length - 16);
        expect(skipString(cut, shift + 1)).toBe(naiveEnd(cut, shift + 1));
      }),
      { numRuns: 1500, seed: 11 },
    );
  });

  it('ends where the simplest reading ends, on any bytes', () => {
    const byte = fc.oneof(
      fc.constantFrom(0x22, 0x5c, 0x5d, 0x23, 0xa2, 0xdc),
      fc.nat({ max: 255 }),
    );
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 120 }), (values) => {
        const bytes = Buffer.from(values);
        expect(skipString(bytes, 0)).toBe(naiveEnd(bytes, 0));
      }),
      { numRuns: 1500, seed: 12 },
    );
  });
});

describe('skipValue', () => {
  it.each([
    ['1,', 1],
    ['-1.5e+10]', 8],
    ['true}', 4],
    ['null', 4],
    ['"a,]}"]', 6],
    ['{"a":[1,{"b":"}"}]},', 19],
    ['[],', 2],
  ])('of %j ends at %d', (text, end) => {
    expect(skipValue(Buffer.from(text), 0)).toBe(end);
  });

  it.each(['', ',', ']', '"a', '[1', '{"a":"b}', '[[]'])('finds no value in %j', (text) => {
    expect(skipValue(Buffer.from(text), 0)).toBe(-1);
  });
});
