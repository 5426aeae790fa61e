import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { OutgoingRecord } from '../port.ts';
import { decodeBatch, encodeBatch, recordLength } from './record-batch.ts';

const record = fc.record<OutgoingRecord>({
  key: fc.string({ unit: 'binary' }).map((key) => key.toWellFormed()),
  value: fc.uint8Array({ maxLength: 300 }),
  headers: fc.dictionary(
    fc.string({ minLength: 1, maxLength: 20 }).filter((name) => name !== '__proto__'),
    fc.string({ maxLength: 60 }),
  ),
});

function batchOf(records: readonly OutgoingRecord[], deltas: readonly number[] | null) {
  const length = records.reduce((sum, one) => sum + recordLength(one), 0);
  const body = encodeBatch(records, deltas, length);
  return { topic: 't', partition: 3, base: 1_000, appendedAtMs: 42, body };
}

it('gives back what was put in, from any offset on', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 8 }), fc.nat(10), (records, skipped) => {
      const decoded = decodeBatch(batchOf(records, null), 1_000 + skipped);
      const expected = records.slice(skipped).map(({ key, value, headers }, i) => ({
        topic: 't',
        partition: 3,
        offset: BigInt(1_000 + skipped + i),
        key,
        value: [...value],
        headers: { ...headers },
        appendedAtMs: 42,
      }));
      const plain = decoded.map((one) => ({
        ...one,
        value: [...one.value],
        headers: { ...one.headers },
      }));
      expect(plain).toEqual(expected);
    }),
  );
});

it('keeps offsets where records were taken out', () => {
  const records = ['a', 'b'].map((key) => ({ key, value: Buffer.from(key) }));
  const decoded = decodeBatch(batchOf(records, [0, 7]), 0);
  expect(decoded.map(({ offset }) => offset)).toEqual([1_000n, 1_007n]);
});

it('refuses what does not fit the format', () => {
  const value = new Uint8Array(0);
  expect(() => recordLength({ key: 'k'.repeat(65_536), value })).toThrow(RangeError);
  expect(() => recordLength({ key: 'k', value, headers: { h: 'x'.repeat(65_536) } })).toThrow();
  expect(() => recordLength({ key: 'k', value, headers: { ['n'.repeat(256)]: '' } })).toThrow();
});
