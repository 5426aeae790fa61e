/** A frame's fields, as the standard reads them. */
export interface Frame {
  /** The event's name; null where none was given (a client calls it `message`). */
  readonly event: string | null;
  /** The data lines joined by LF, as bytes; null: no data line, so a client dispatches nothing. */
  readonly data: Buffer | null;
}

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const ONE_LF = Buffer.from('\n');

/**
 * Reads the frame at `[start, end)`. `streamStart`: these are the stream's first bytes, where a
 * byte order mark is skipped.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function readFrame(bytes: Buffer, start: number, end: number, streamStart = false): Frame {
  let event: string | null = null;
  let data: Buffer[] | undefined;
  let at = start;
  if (streamStart && bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf)
    at += 3;
  while (at < end) {
    let lineEnd = at;
    while (lineEnd < end && bytes[lineEnd] !== LF && bytes[lineEnd] !== CR) lineEnd++;
    if (lineEnd > at) {
      let colon = at;
      while (colon < lineEnd && bytes[colon] !== COLON) colon++;
      let value = colon < lineEnd ? colon + 1 : lineEnd;
      if (value < lineEnd && bytes[value] === SPACE) value++;
      // Field names are compared exactly; `id`, `retry`, comments and unknown fields say nothing.
      if (isField(bytes, at, colon, 'data')) {
        data ??= [];
        if (data.length > 0) data.push(ONE_LF);
        data.push(bytes.subarray(value, lineEnd));
      } else if (isField(bytes, at, colon, 'event')) {
        event = bytes.toString('utf8', value, lineEnd);
      }
    }
    at = lineEnd + 1;
    if (bytes[lineEnd] === CR && bytes[at] === LF) at++;
  }
  if (data === undefined) return { event: event === '' ? null : event, data: null };
  return {
    event: event === '' ? null : event,
    data: data.length === 1 ? (data[0] as Buffer) : Buffer.concat(data),
  };
}

function isField(bytes: Buffer, start: number, end: number, name: string): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) {
    if (bytes[start + i] !== name.charCodeAt(i)) return false;
  }
  return true;
}
