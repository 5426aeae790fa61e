import type { ByteBuffer } from './byte-buffer.ts';
import { JournalDamaged } from './damaged-journal.ts';

/**
 * What happened to entries in one commit, little-endian, one after the other:
 * u8 kind, u32 + u16 entry number, u32 payload bytes, payload.
 */
const KIND = { begin: 1, update: 2, finish: 3 } as const;
const FIXED_BYTES = 11;
const NO_BYTES = new Uint8Array(0);

export type EntryKind = keyof typeof KIND;

export interface EntryRecord {
  kind: EntryKind;
  entry: number;
  payload: Uint8Array;
}

export function writeEntry(
  buffer: ByteBuffer,
  kind: EntryKind,
  entry: number,
  payload: Uint8Array = NO_BYTES,
): void {
  const at = buffer.grow(FIXED_BYTES + payload.length);
  const { bytes } = buffer;
  bytes[at] = KIND[kind];
  bytes.writeUInt32LE(entry % 0x1_0000_0000, at + 1);
  bytes.writeUInt16LE(Math.floor(entry / 0x1_0000_0000), at + 5);
  bytes.writeUInt32LE(payload.length, at + 7);
  bytes.set(payload, at + FIXED_BYTES);
}

export function readEntries(blob: Uint8Array): EntryRecord[] {
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
  const records: EntryRecord[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + FIXED_BYTES > bytes.length) throw new JournalDamaged('an entry record is cut off');
    const kind = kindOf(bytes.readUInt8(at));
    const entry = bytes.readUInt32LE(at + 1) + bytes.readUInt16LE(at + 5) * 0x1_0000_0000;
    const start = at + FIXED_BYTES;
    at = start + bytes.readUInt32LE(at + 7);
    if (at > bytes.length) throw new JournalDamaged('an entry record is cut off');
    records.push({ kind, entry, payload: blob.slice(start, at) });
  }
  return records;
}

function kindOf(code: number): EntryKind {
  for (const kind of Object.keys(KIND) as EntryKind[]) if (KIND[kind] === code) return kind;
  throw new JournalDamaged(`entry record of unknown kind ${code}`);
}
