import { expect, it } from 'vitest';
import type { BusRecord } from '../port.ts';
import { RecordBuffer } from './record-buffer.ts';

const records = (...offsets: number[]): BusRecord[] =>
  offsets.map((offset) => ({
    ...{ topic: 't', partition: 0, offset: BigInt(offset), key: 'k', headers: {} },
    ...{ value: new Uint8Array(100), appendedAtMs: 0 },
  }));

const offsets = (taken: readonly BusRecord[] | undefined) =>
  taken?.map((one) => Number(one.offset));

it('gives what it has from an offset on, gaps included, up to the limits', () => {
  const buffer = new RecordBuffer();
  buffer.keep(10, 20, records(10, 11, 15, 19), 10_000);
  expect(offsets(buffer.take(10, 2, 10_000))).toEqual([10, 11]);
  expect(offsets(buffer.take(12, 9, 10_000))).toEqual([15, 19]);
  expect(offsets(buffer.take(11, 9, 200))).toEqual([11]);
});

it('says so where it has nothing of an offset', () => {
  const buffer = new RecordBuffer();
  buffer.keep(10, 12, records(10, 11), 10_000);
  expect(buffer.take(9, 1, 1)).toBeUndefined();
  expect(buffer.take(12, 1, 1)).toBeUndefined();
});

it('keeps what follows, and lets go of the old where it does not or where it is full', () => {
  const buffer = new RecordBuffer();
  buffer.keep(0, 2, records(0, 1), 10_000);
  buffer.keep(2, 3, records(2), 10_000);
  expect(offsets(buffer.take(0, 9, 10_000))).toEqual([0, 1, 2]);
  buffer.keep(9, 10, records(9), 10_000);
  expect(buffer.take(2, 9, 10_000)).toBeUndefined();
  buffer.keep(10, 11, records(10), 100);
  expect(offsets(buffer.take(10, 9, 10_000))).toEqual([10]);
  expect(buffer.take(9, 1, 1)).toBeUndefined();
});
