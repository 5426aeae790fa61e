const SEED = 0x9747b28c;
const M = 0x5bd1e995;

const SCRATCH_BYTES = 256;
const scratch = new Uint8Array(SCRATCH_BYTES);
const utf8 = new TextEncoder();

/** Kafka's murmur2 of these bytes, as an unsigned 32-bit number. */
export function murmur2(bytes: Uint8Array, length = bytes.length): number {
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
  const hash = isWrittenAsAscii(key) ? murmur2(scratch, key.length) : murmur2(utf8.encode(key));
  return (hash & 0x7fffffff) % partitions;
}

/** Account ids and key hashes are short ASCII: no need to allocate their bytes. */
function isWrittenAsAscii(key: string): boolean {
  if (key.length > SCRATCH_BYTES) return false;
  for (let i = 0; i < key.length; i += 1) {
    const code = key.charCodeAt(i);
    if (code > 0x7f) return false;
    scratch[i] = code;
  }
  return true;
}
