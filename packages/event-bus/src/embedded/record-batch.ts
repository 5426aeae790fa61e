import type { BusRecord, OutgoingRecord } from '../port.ts';

/**
 * Consecutive records of a partition as one BLOB. For each record, little-endian:
 * u32 offset − base, u16 key bytes, u16 header bytes, u32 value bytes, then key, headers, value.
 * Headers: for each u8 name bytes, u16 value bytes, name, value.
 */
const FIXED_BYTES = 12;
const HEADER_FIXED_BYTES = 3;
const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});
const MAX_U16 = 0xffff;

function checkedLength(text: string, max: number, what: string): number {
  const length = Buffer.byteLength(text);
  if (length > max) throw new RangeError(`${what} of ${length} bytes: at most ${max} are possible`);
  return length;
}

function headersLength(headers: Readonly<Record<string, string>> | undefined): number {
  if (headers === undefined) return 0;
  let length = 0;
  for (const name in headers) {
    length += HEADER_FIXED_BYTES + checkedLength(name, 0xff, 'header name');
    length += checkedLength(headers[name] as string, MAX_U16, 'header');
  }
  if (length > MAX_U16) throw new RangeError(`headers of ${length} bytes: too long`);
  return length;
}

/** Bytes of a record in a batch; throws `RangeError` for one that does not fit the format. */
export function recordLength(record: OutgoingRecord): number {
  const key = checkedLength(record.key, MAX_U16, 'key');
  return FIXED_BYTES + key + headersLength(record.headers) + record.value.length;
}

/** `deltas[i]` is the offset of `records[i]` − base; `length` the sum of their `recordLength`. */
export function encodeBatch(
  records: readonly OutgoingRecord[],
  deltas: readonly number[] | null,
  length: number,
): Buffer {
  const body = Buffer.allocUnsafe(length);
  let at = 0;
  for (let i = 0; i < records.length; i += 1) {
    const record = records[i] as OutgoingRecord;
    const start = at;
    at += FIXED_BYTES;
    const keyBytes = body.write(record.key, at);
    at += keyBytes;
    const headersStart = at;
    for (const name in record.headers) at = writeHeader(body, at, name, record.headers[name] ?? '');
    body.writeUInt32LE(deltas === null ? i : (deltas[i] as number), start);
    body.writeUInt16LE(keyBytes, start + 4);
    body.writeUInt16LE(at - headersStart, start + 6);
    body.writeUInt32LE(record.value.length, start + 8);
    body.set(record.value, at);
    at += record.value.length;
  }
  return body;
}

function writeHeader(body: Buffer, start: number, name: string, value: string): number {
  let at = start + HEADER_FIXED_BYTES;
  const nameBytes = body.write(name, at);
  at += nameBytes;
  const valueBytes = body.write(value, at);
  body.writeUInt8(nameBytes, start);
  body.writeUInt16LE(valueBytes, start + 1);
  return at + valueBytes;
}

function readHeaders(body: Buffer, start: number, end: number): Readonly<Record<string, string>> {
  if (start === end) return NO_HEADERS;
  const headers: Record<string, string> = {};
  for (let at = start; at < end; ) {
    const nameEnd = at + HEADER_FIXED_BYTES + body.readUInt8(at);
    const valueEnd = nameEnd + body.readUInt16LE(at + 1);
    headers[body.toString('utf8', at + HEADER_FIXED_BYTES, nameEnd)] = body.toString(
      'utf8',
      nameEnd,
      valueEnd,
    );
    at = valueEnd;
  }
  return headers;
}

export interface BatchRow {
  topic: string;
  partition: number;
  base: number;
  appendedAtMs: number;
  body: Uint8Array;
}

/** The records of a row from offset `from` on. Values are views into `body`. */
export function decodeBatch(row: BatchRow, from: number): BusRecord[] {
  const { topic, partition, base, appendedAtMs } = row;
  const body = Buffer.from(row.body.buffer, row.body.byteOffset, row.body.byteLength);
  const records: BusRecord[] = [];
  for (let at = 0; at < body.length; ) {
    const offset = base + body.readUInt32LE(at);
    const keyStart = at + FIXED_BYTES;
    const headersStart = keyStart + body.readUInt16LE(at + 4);
    const valueStart = headersStart + body.readUInt16LE(at + 6);
    const end = valueStart + body.readUInt32LE(at + 8);
    at = end;
    if (offset < from) continue;
    records.push({
      topic,
      partition,
      offset: BigInt(offset),
      key: body.toString('utf8', keyStart, headersStart),
      value: row.body.subarray(valueStart, end),
      headers: readHeaders(body, headersStart, valueStart),
      appendedAtMs,
    });
  }
  return records;
}

/** About the bytes that a decoded record holds, for the reader's limit. */
export function decodedBytes(record: BusRecord): number {
  return record.key.length + record.value.length + 32;
}
