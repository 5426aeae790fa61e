/** Cuts that are the same on every run. */
export function seededCuts(bytes: Buffer, seed: number): Buffer[] {
  let state = seed;
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    const size = 1 + ((state >> 8) % 400);
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

export const byteByByte = (bytes: Buffer) => [...bytes].map((byte) => Buffer.from([byte]));
