import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rawValue, whitespace } from './raw-json.arbitrary.ts';
import { scanArray } from './scan-array.ts';

it('gives the span of each element, as JSON.parse reads it', () => {
  const element = fc.tuple(whitespace, rawValue, whitespace);
  fc.assert(
    fc.property(fc.array(element, { maxLength: 6 }), (elements) => {
      const text = `[${elements.map((parts) => parts.join('')).join(',')}]`;
      const bytes = Buffer.from(` ${text}`);
      const spans = scanArray(bytes, 1) ?? [];
      expect(spans.map(({ start, end }) => bytes.toString('utf8', start, end))).toEqual(
        elements.map(([, value]) => value),
      );
    }),
    { numRuns: 800, seed: 7 },
  );
});

it('stops at the limit without reading on', () => {
  const bytes = Buffer.from('[1, {"a":2}, broken');
  expect(scanArray(bytes, 0, 2)).toEqual([
    { start: 1, end: 2 },
    { start: 4, end: 11 },
  ]);
  expect(scanArray(bytes, 0)).toBeNull();
});

it('is null where there is no array', () => {
  expect(scanArray(Buffer.from('{"a":1}'), 0)).toBeNull();
  expect(scanArray(Buffer.from('[1'), 0)).toBeNull();
  expect(scanArray(Buffer.from('[]'), 0)).toEqual([]);
});
