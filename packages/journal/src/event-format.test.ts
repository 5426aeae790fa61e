import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteBuffer } from './byte-buffer.ts';
import { readEvents, writeEvent } from './event-format.ts';

const event = fc.record({
  key: fc.string({ unit: 'grapheme', maxLength: 30 }),
  type: fc.string({ maxLength: 30 }),
  value: fc.uint8Array({ maxLength: 200 }),
});

it('reads what was written, numbered from the first', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 10 }), (events) => {
      const buffer = new ByteBuffer(16);
      for (const one of events) writeEvent(buffer, one);
      const read = readEvents(buffer.written(), 41);
      expect(read.map(({ value, ...rest }) => ({ ...rest, value: [...value] }))).toEqual(
        events.map(({ value, ...rest }, i) => ({ ...rest, sequence: 41 + i, value: [...value] })),
      );
    }),
  );
});

it('writes nothing of an event that does not fit', () => {
  const buffer = new ByteBuffer(16);
  const value = new Uint8Array(1);
  expect(() => writeEvent(buffer, { key: 'k', type: 't'.repeat(256), value })).toThrow(RangeError);
  expect(() => writeEvent(buffer, { key: 'k'.repeat(65_536), type: 't', value })).toThrow();
  expect(buffer.length).toBe(0);
});
