import { skipString, skipWhitespace } from './skip.ts';

/**
 * V8's JSON.parse (13.6 in Node 24, 14.6 in Node 26) may read an escaped name as another one: it
 * compares the name's *raw* text with the name that objects of that shape had next before. After
 * `{"b":1,"\\u00":1}`, the text `{"b":1,"\u0074ype":1}` parses to a member `\u00` and none called
 * `type`. https://github.com/nodejs/node/issues/63785,
 * https://issues.chromium.org/issues/521080746
 *
 * Whoever decides by a parsed body what a request costs, or whose files it may read, must not be
 * shown less than the provider will see: a hidden `type` is a hosted tool for free. The wrong name
 * always begins with a backslash, so only what hides is a danger, never what appears; and what we
 * look at is made of letters, digits and underscores. JSON encoders escape none of these.
 */
export function hidesName(bytes: Buffer, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    const quote = bytes.indexOf(0x22, at);
    if (quote < 0 || quote >= end) return false;
    const after = skipString(bytes, quote + 1);
    if (after < 0) return false;
    at = skipWhitespace(bytes, after);
    if (bytes[at] === 0x3a && escapesWordCharacter(bytes, quote + 1, after - 1)) return true;
  }
  return false;
}

function escapesWordCharacter(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (bytes[at] !== 0x5c) continue;
    if (bytes[at + 1] === 0x75) {
      const code = Number.parseInt(bytes.toString('latin1', at + 2, at + 6), 16);
      if (/\w/.test(String.fromCharCode(code))) return true;
    }
    at++; // the escaped character, which may be a backslash
  }
  return false;
}
