/** A buffer that grows and is reused: what a turn of the loop writes is gathered in it. */
export class ByteBuffer {
  bytes: Buffer;
  length = 0;

  constructor(capacity: number) {
    this.bytes = Buffer.allocUnsafeSlow(capacity);
  }

  /** Makes room for `count` bytes more and returns where they begin. */
  grow(count: number): number {
    const start = this.length;
    const needed = start + count;
    if (needed > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
      this.bytes.copy(larger, 0, 0, start);
      this.bytes = larger;
    }
    this.length = needed;
    return start;
  }

  written(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  /** Empties it; gives memory back that one large turn took. */
  reset(keepCapacity: number): void {
    this.length = 0;
    if (this.bytes.length > keepCapacity) this.bytes = Buffer.allocUnsafeSlow(keepCapacity);
  }
}
