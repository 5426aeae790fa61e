import { decodeRequestFacts } from '@fluxrouter/events';
import { AttemptBegin, AttemptEnd, AttemptHead } from '@fluxrouter/generated/proxy';

/** Told of each frame of a message, in order. Bytes are views of the message. */
export interface FrameListener {
  begin?(attempt: number, begin: AttemptBegin): void;
  accept?(attempt: number): void;
  cancel?(attempt: number, reason: string): void;
  credit?(attempt: number, bytes: number): void;
  head?(attempt: number, head: AttemptHead): void;
  data?(attempt: number, bytes: Buffer, output: boolean, atBoundary: boolean, final: boolean): void;
  end?(attempt: number, end: AttemptEnd): void;
  drain?(): void;
}

/**
 * Reads `flux.proxy.v1.AttemptFrames` without an object a frame; what comes once an attempt is left
 * to the generated decoder. Fields that it does not know are skipped.
 * @throws RangeError where the bytes are no such message
 */
export function readFrames(message: Buffer, listener: FrameListener): void {
  const reader = new WireReader(message);
  while (reader.at < message.length) {
    const tag = reader.varint();
    if (tag !== ((1 << 3) | 2)) reader.skip(tag);
    else readFrame(reader, reader.end(), listener);
  }
}

function readFrame(reader: WireReader, end: number, listener: FrameListener): void {
  let attempt = 0;
  while (reader.at < end) {
    const tag = reader.varint();
    const field = tag >>> 3;
    if (field === 1 && (tag & 7) === 0) attempt = reader.varint();
    else if ((tag & 7) !== 2) reader.skip(tag);
    else readBody(reader, field, attempt, listener);
  }
}

function readBody(
  reader: WireReader,
  kind: number,
  attempt: number,
  listener: FrameListener,
): void {
  const end = reader.end();
  switch (kind) {
    case 7:
      readData(reader, end, attempt, listener);
      break;
    case 5:
      listener.credit?.(attempt, readCredit(reader, end));
      break;
    case 3:
      listener.accept?.(attempt);
      break;
    case 6:
      listener.head?.(attempt, AttemptHead.decode(reader.view(end)));
      break;
    case 8:
      listener.end?.(attempt, AttemptEnd.decode(reader.view(end)));
      break;
    case 2:
      listener.begin?.(attempt, readBegin(reader.view(end)));
      break;
    case 4:
      listener.cancel?.(attempt, readReason(reader, end));
      break;
    case 9:
      listener.drain?.();
      break;
  }
  reader.at = end;
}

function readData(reader: WireReader, end: number, attempt: number, listener: FrameListener): void {
  let bytes: Buffer = NO_BYTES;
  let output = false;
  let atBoundary = false;
  let final = false;
  while (reader.at < end) {
    const tag = reader.varint();
    if (tag === ((1 << 3) | 2)) {
      const bytesEnd = reader.end();
      bytes = reader.view(bytesEnd);
      reader.at = bytesEnd;
    } else if (tag === 2 << 3) output = reader.varint() !== 0;
    else if (tag === 3 << 3) atBoundary = reader.varint() !== 0;
    else if (tag === 4 << 3) final = reader.varint() !== 0;
    else reader.skip(tag);
  }
  listener.data?.(attempt, bytes, output, atBoundary, final);
}

function readCredit(reader: WireReader, end: number): number {
  let bytes = 0;
  while (reader.at < end) {
    const tag = reader.varint();
    if (tag === 1 << 3) bytes = reader.varint();
    else reader.skip(tag);
  }
  return bytes;
}

function readReason(reader: WireReader, end: number): string {
  let reason = '';
  while (reader.at < end) {
    const tag = reader.varint();
    if (tag !== ((1 << 3) | 2)) {
      reader.skip(tag);
      continue;
    }
    const textEnd = reader.end();
    reason = reader.view(textEnd).toString();
    reader.at = textEnd;
  }
  return reason;
}

/** The facts keep their bytes: the event holds them as they are. */
function readBegin(bytes: Buffer): AttemptBegin {
  const reader = new WireReader(bytes);
  // Ours writes them first; from another they are decoded with the rest.
  if (bytes.length === 0 || reader.varint() !== ((1 << 3) | 2)) return AttemptBegin.decode(bytes);
  const end = reader.end();
  // A copy: the message holds the body, and the facts are needed until the attempt's end.
  const facts = decodeRequestFacts(Buffer.from(reader.view(end)));
  const begin = AttemptBegin.decode(bytes.subarray(end));
  begin.request ??= facts;
  return begin;
}

const NO_BYTES = Buffer.alloc(0);

class WireReader {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Below 2^53. */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.bytes[this.at++];
      if (byte === undefined || factor > 2 ** 49) throw new RangeError('no such frames');
      if (byte < 0x80) return value + byte * factor;
      value += (byte & 0x7f) * factor;
      factor *= 128;
    }
  }

  /** Reads a length: where what it is of ends. */
  end(): number {
    const length = this.varint();
    const end = this.at + length;
    if (end > this.bytes.length) throw new RangeError('no such frames');
    return end;
  }

  view(end: number): Buffer {
    return this.bytes.subarray(this.at, end);
  }

  skip(tag: number): void {
    const wireType = tag & 7;
    if (wireType === 0) {
      while ((this.bytes[this.at++] ?? 0) > 0x7f);
    } else if (wireType === 2) this.at = this.end();
    else if (wireType === 1) this.at += 8;
    else if (wireType === 5) this.at += 4;
    else throw new RangeError('no such frames');
  }
}
