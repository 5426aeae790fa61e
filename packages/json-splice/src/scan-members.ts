import { indexOfName, type WantedNames } from './names.ts';
import { skipString, skipValue, skipWhitespace } from './skip.ts';

/**
 * The scan that allocates nothing, for the frames of a stream: `out` receives for wanted name `i`
 * the value's start at `2i` and its end at `2i + 1`, or -1 where the member is absent. Of a
 * repeated member it keeps the last, as JSON.parse does.
 */
export function scanMembers(
  bytes: Buffer,
  pos: number,
  wanted: WantedNames,
  out: Int32Array,
): number {
  out.fill(-1);
  if (bytes[pos] !== 0x7b) return -1;
  let at = skipWhitespace(bytes, pos + 1);
  if (bytes[at] === 0x7d) return at + 1;
  for (;;) {
    if (bytes[at] !== 0x22) return -1;
    const nameEnd = skipString(bytes, at + 1);
    if (nameEnd < 0) return -1;
    const index = indexOfName(wanted, bytes, at + 1, nameEnd - 1);
    at = bytes[nameEnd] === 0x3a ? nameEnd : skipWhitespace(bytes, nameEnd);
    if (bytes[at] !== 0x3a) return -1;
    const start = skipWhitespace(bytes, at + 1);
    const end = skipValue(bytes, start);
    if (end < 0) return -1;
    if (index >= 0) {
      out[index * 2] = start;
      out[index * 2 + 1] = end;
    }
    at = skipWhitespace(bytes, end);
    const separator = bytes[at];
    if (separator === 0x7d) return at + 1;
    if (separator !== 0x2c) return -1;
    at = skipWhitespace(bytes, at + 1);
  }
}

/** Room for `scanMembers` to write into. */
export function spansFor(wanted: WantedNames): Int32Array {
  return new Int32Array(wanted.names.length * 2).fill(-1);
}
