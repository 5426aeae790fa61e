import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteBuffer } from './byte-buffer.ts';
import { readEntries, writeEntry } from './entry-format.ts';

const record = fc.record({
  kind: fc.constantFrom('begin', 'update', 'finish'),
  entry: fc.integer({ min: 1, max: 2 ** 48 - 1 }),
  payload: fc.uint8Array({ maxLength: 200 }),
});

it('reads what was written, over any growth of the buffer', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 20 }), (records) => {
      const buffer = new ByteBuffer(16);
      for (const { kind, entry, payload } of records) writeEntry(buffer, kind, entry, payload);
      const read = readEntries(buffer.written());
      expect(read.map(({ payload, ...rest }) => ({ ...rest, payload: [...payload] }))).toEqual(
        records.map(({ payload, ...rest }) => ({ ...rest, payload: [...payload] })),
      );
    }),
  );
});

it('takes what is cut off anywhere for damage', () => {
  const buffer = new ByteBuffer(16);
  writeEntry(buffer, 'begin', 1, Buffer.from('payload'));
  const whole = buffer.written();
  for (let length = 1; length < whole.length; length += 1)
    expect(() => readEntries(whole.slice(0, length))).toThrow(/cut off/);
});

it('refuses a kind that it does not know', () => {
  expect(() => readEntries(new Uint8Array(11).fill(9))).toThrow(/unknown kind/);
});
