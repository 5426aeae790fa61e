import { expect, it } from 'vitest';
import { murmur2, partitionOfKey } from './key-partition.ts';

/** From Kafka's own UtilsTest.testMurmur2 (signed there). */
const published: readonly (readonly [string, number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
];

it.each(published)('hashes %s as Kafka does', (key, hash) => {
  expect(murmur2(new TextEncoder().encode(key)) | 0).toBe(hash);
});

it.each(published)('puts %s where the default partitioner of Kafka puts it', (key, hash) => {
  for (const partitions of [1, 3, 12, 1_000]) {
    expect(partitionOfKey(key, partitions)).toBe((hash & 0x7fffffff) % partitions);
  }
});

it.each(['größe', 'ключ', 'x'.repeat(5_000), '', 'a\u0000b'])(
  'hashes the UTF-8 of a key',
  (key) => {
    const hash = murmur2(Buffer.from(key, 'utf8'));
    expect(partitionOfKey(key, 1_000_003)).toBe((hash & 0x7fffffff) % 1_000_003);
  },
);
