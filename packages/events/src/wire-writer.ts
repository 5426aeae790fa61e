/** Up to here a loop is faster than a call into the runtime. */
const SHORT_TEXT = 32;

/**
 * A protobuf writer for messages whose strings are all ASCII (our events: closed lists and checked
 * grammars). Three times as fast as the generated one on them; its output is held against the
 * generated decoder in a test. https://protobuf.dev/programming-guides/encoding/
 */
export class WireWriter {
  #bytes = Buffer.allocUnsafe(16 * 1024);
  #at = 0;

  start(): void {
    this.#at = 0;
  }

  /** Bytes written since `start`. */
  get size(): number {
    return this.#at;
  }

  /** A copy of what was written since `start`. */
  finish(): Buffer {
    const copy = Buffer.allocUnsafe(this.#at);
    this.#bytes.copy(copy, 0, 0, this.#at);
    return copy;
  }

  #room(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + more));
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#bytes = grown;
  }

  #varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
      rest = rest > 0x7fffffff ? Math.floor(rest / 128) : rest >>> 7;
    }
    this.#bytes[this.#at++] = rest;
  }

  #tag(field: number, wireType: number): void {
    this.#varint((field << 3) | wireType);
  }

  /** Left out where empty, as proto3 does. */
  string(field: number, text: string): void {
    if (text.length === 0) return;
    this.element(field, text);
  }

  /** An element of a repeated string: written also where empty. */
  element(field: number, text: string): void {
    const length = text.length;
    this.#room(length + 15);
    this.#tag(field, 2);
    this.#varint(length);
    if (length <= SHORT_TEXT) {
      const bytes = this.#bytes;
      const at = this.#at;
      for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
      this.#at = at + length;
      return;
    }
    this.#at += this.#bytes.write(text, this.#at, length, 'latin1');
  }

  /** Text that may hold any character; left out where empty. */
  text(field: number, text: string): void {
    if (text.length === 0) return;
    const length = Buffer.byteLength(text);
    this.#room(length + 15);
    this.#tag(field, 2);
    this.#varint(length);
    this.#at += this.#bytes.write(text, this.#at, length, 'utf8');
  }

  /** A non-negative integer below 2^53; left out where 0. */
  uint(field: number, value: number): void {
    if (value !== 0) this.present(field, value);
  }

  /** An `optional` field: left out where undefined, written where 0. */
  optional(field: number, value: number | undefined): void {
    if (value !== undefined) this.present(field, value);
  }

  present(field: number, value: number): void {
    this.#room(20);
    this.#tag(field, 0);
    this.#varint(value);
  }

  /** A repeated uint32; left out where empty. */
  packed(field: number, values: readonly number[]): void {
    if (values.length === 0) return;
    const end = this.open(field);
    this.#room(values.length * 5);
    for (let i = 0; i < values.length; i++) this.#varint(values[i] as number);
    this.close(end);
  }

  sint(field: number, value: number): void {
    if (value !== 0) this.present(field, zigzag(value));
  }

  optionalSint(field: number, value: number | undefined): void {
    if (value !== undefined) this.present(field, zigzag(value));
  }

  bool(field: number, value: boolean): void {
    if (value) this.present(field, 1);
  }

  double(field: number, value: number): void {
    if (value === 0) return;
    this.#room(20);
    this.#tag(field, 1);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  /** uint64 of money; left out where 0. */
  money(field: number, value: bigint): void {
    if (value === 0n) return;
    if (value < 0n || value > 0xffff_ffff_ffff_ffffn) {
      throw new RangeError(`not an unsigned 64-bit amount: ${value}`);
    }
    this.#room(20);
    this.#tag(field, 0);
    if (value <= 0x1f_ffff_ffff_ffffn) {
      this.#varint(Number(value));
      return;
    }
    let rest = value;
    while (rest > 0x7fn) {
      this.#bytes[this.#at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#bytes[this.#at++] = Number(rest);
  }

  bytes(field: number, value: Uint8Array): void {
    this.#room(value.length + 15);
    this.#tag(field, 2);
    this.#varint(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  /** Opens an embedded message; give what it returns to `close`. */
  open(field: number): number {
    this.#room(15);
    this.#tag(field, 2);
    const lengthAt = this.#at;
    this.#at += 3;
    return lengthAt;
  }

  // The length stands in three bytes whatever it is (a padded varint is legal), so that nothing moves.
  close(lengthAt: number): void {
    const length = this.#at - lengthAt - 3;
    if (length > 0x1f_ffff) throw new RangeError(`an embedded message of ${length} bytes`);
    this.#bytes[lengthAt] = (length & 0x7f) | 0x80;
    this.#bytes[lengthAt + 1] = ((length >>> 7) & 0x7f) | 0x80;
    this.#bytes[lengthAt + 2] = length >>> 14;
  }
}

function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}
