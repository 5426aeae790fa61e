import { FrameSplitter, type Piece, readFrame } from '@fluxrouter/sse';
import { asRecord } from '../usage.ts';
import type { OutEvent, WireEvent } from './codec.ts';

const DONE = '[DONE]';

/** An event that could not be read: a frame too large, or data that is no JSON object. */
export const UNREADABLE = Symbol('unreadable');

/** Bytes → events, cut as they may be. It keeps one frame at most. */
export class WireReader {
  readonly #splitter: FrameSplitter;
  #first = true;

  constructor(frameBytesMax: number) {
    this.#splitter = new FrameSplitter({ maxFrameBytes: frameBytesMax });
  }

  push(chunk: Buffer): (WireEvent | typeof UNREADABLE)[] {
    const events: (WireEvent | typeof UNREADABLE)[] = [];
    for (const piece of this.#splitter.push(chunk)) this.#read(piece, events);
    return events;
  }

  #read({ bytes, ends, kind }: Piece, events: (WireEvent | typeof UNREADABLE)[]): void {
    if (kind === 'oversized') {
      events.push(UNREADABLE);
      return;
    }
    let start = 0;
    for (const end of ends) {
      const { event, data } = readFrame(bytes, start, end, this.#first);
      this.#first = false;
      start = end;
      if (data !== null) events.push(readData(event, data));
    }
  }
}

/** Deeper than any event: what is nested more could not be written again. */
const MAX_DEPTH = 1_000;

function readData(event: string | null, bytes: Buffer): WireEvent | typeof UNREADABLE {
  // A short one cannot be too deep.
  if (bytes.length > 2 * MAX_DEPTH && nestsDeeper(bytes, MAX_DEPTH)) return UNREADABLE;
  const text = bytes.toString();
  if (text.trimEnd() === DONE) return { event, data: null };
  try {
    const data = asRecord(JSON.parse(text));
    return data === undefined ? UNREADABLE : { event, data };
  } catch {
    return UNREADABLE;
  }
}

/** Whether JSON nests deeper; told without recursion, so that it cannot be what overflows. */
function nestsDeeper(json: Buffer, max: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at] as number;
    if (inString) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > max) return true;
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return false;
}

/** An event's bytes. JSON has no line end in it, so it is one data line. */
export function wireText({ event, data }: OutEvent): string {
  const line = `data: ${data === null ? DONE : JSON.stringify(data)}\n\n`;
  return event === null ? line : `event: ${event}\n${line}`;
}
