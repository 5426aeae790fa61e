import type { ByteBuffer } from './byte-buffer.ts';
import type { JournalEvent, NewEvent } from './journal.ts';

/** Events of one commit: u16 key bytes, u8 type bytes, u32 value bytes, then key, type, value. */
const FIXED_BYTES = 7;

/**
 * Throws `RangeError` where key or type are too long; nothing is written then.
 * @returns where the value begins in the buffer.
 */
export function writeEvent(buffer: ByteBuffer, { key, type, value }: NewEvent): number {
  const keyBytes = Buffer.byteLength(key);
  const typeBytes = Buffer.byteLength(type);
  if (keyBytes > 0xffff || typeBytes > 0xff) {
    throw new RangeError(`event with a key of ${keyBytes} and a type of ${typeBytes} bytes`);
  }
  const at = buffer.grow(FIXED_BYTES + keyBytes + typeBytes + value.length);
  const { bytes } = buffer;
  bytes.writeUInt16LE(keyBytes, at);
  bytes[at + 2] = typeBytes;
  bytes.writeUInt32LE(value.length, at + 3);
  const keyStart = at + FIXED_BYTES;
  bytes.write(key, keyStart);
  bytes.write(type, keyStart + keyBytes);
  const valueStart = keyStart + keyBytes + typeBytes;
  bytes.set(value, valueStart);
  return valueStart;
}

export function readEvents(blob: Uint8Array, firstSequence: number): JournalEvent[] {
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
  const events: JournalEvent[] = [];
  for (let at = 0; at < bytes.length; ) {
    const typeStart = at + FIXED_BYTES + bytes.readUInt16LE(at);
    const valueStart = typeStart + bytes.readUInt8(at + 2);
    const end = valueStart + bytes.readUInt32LE(at + 3);
    events.push({
      sequence: firstSequence + events.length,
      key: bytes.toString('utf8', at + FIXED_BYTES, typeStart),
      type: bytes.toString('utf8', typeStart, valueStart),
      value: blob.subarray(valueStart, end),
    });
    at = end;
  }
  return events;
}
