const utf8 = new TextEncoder();
const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** Kafka's murmur2 of these bytes, as an unsigned 32-bit number. */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  let h = SEED ^ length;
  const blocks = length & ~3;
  for (let i = 0; i < blocks; i += 4) {
    let k =
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    h = Math.imul(h, M) ^ Math.imul(k, M);
  }
  const rest = length & 3;
  if (rest === 3) h ^= (bytes[blocks + 2] as number) << 16;
  if (rest >= 2) h ^= (bytes[blocks + 1] as number) << 8;
  if (rest >= 1) h = Math.imul(h ^ (bytes[blocks] as number), M);
  h ^= h >>> 13;
  h = Math.imul(h, M);
  h ^= h >>> 15;
  return h >>> 0;
}

/**
 * The partition of a key: the same as that of Kafka's default partitioner, so that both adapters
 * (and other languages' producers) agree where an account lives.
 */
export function partitionOfKey(key: string, partitions: number): number {
  return (murmur2(utf8.encode(key)) & 0x7fffffff) % partitions;
}
