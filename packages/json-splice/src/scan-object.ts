import { hidesName } from './hidden-names.ts';
import { indexOfName, type WantedNames } from './names.ts';
import {
  escapesSeen,
  lastDepth,
  skipString,
  skipValue,
  skipWhitespace,
  watchEscapes,
} from './skip.ts';

export interface ScanOptions {
  readonly wanted: WantedNames;
  /** The object itself counts as 1. */
  readonly maxDepth: number;
}

/** Where a member is. All positions are byte offsets into the scanned bytes; ends are exclusive. */
export interface MemberSpan {
  /** At the name's opening quote. */
  readonly nameStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** At the comma before the member; -1: it is the first. */
  readonly commaBefore: number;
  /** At the comma after the member; -1: it is the last. */
  readonly commaAfter: number;
}

export interface ObjectScan {
  readonly ok: true;
  /** At `{`. */
  readonly objectStart: number;
  /** After `}`. */
  readonly objectEnd: number;
  readonly empty: boolean;
  readonly memberCount: number;
  /** The deepest nesting met. */
  readonly depth: number;
  readonly wanted: WantedNames;
  /** By the index of the wanted name; of a repeated member the last, as JSON.parse keeps it. */
  readonly members: readonly (MemberSpan | undefined)[];
  /** Wanted names that were met more than once. */
  readonly duplicates: readonly string[];
  /**
   * False: somewhere, at any depth, a member's name has a letter, digit or underscore written as an
   * escape. No encoder does that, and JSON.parse may give such a member a wrong name: see
   * `hidden-names.ts`. Told for names of up to 24 characters.
   */
  readonly plainNames: boolean;
}

export interface ScanFailure {
  readonly ok: false;
  readonly reason: 'not_an_object' | 'too_deep' | 'truncated' | 'malformed' | 'trailing_bytes';
  /** Where it was noticed. */
  readonly at: number;
}

const none: readonly string[] = [];

/**
 * Finds members of the object without parsing it. Without `start` the object must be the whole
 * document but for whitespace; with it, the object at that offset (the start of a value's span) is
 * scanned and what follows is not looked at.
 *
 * Exact for every text that JSON.parse accepts. Other text may pass: a caller who needs it valid
 * parses it, too.
 */
export function scanObject(
  bytes: Buffer,
  options: ScanOptions,
  start?: number,
): ObjectScan | ScanFailure {
  const { wanted, maxDepth } = options;
  const objectStart = start ?? skipWhitespace(bytes, 0);
  if (bytes[objectStart] !== 0x7b) return { ok: false, reason: 'not_an_object', at: objectStart };
  watchEscapes();
  const members: (MemberSpan | undefined)[] = new Array(wanted.names.length).fill(undefined);
  let duplicates: string[] | undefined;
  let memberCount = 0;
  let depth = 0;
  let commaBefore = -1;
  let at = skipWhitespace(bytes, objectStart + 1);
  if (bytes[at] !== 0x7d) {
    for (;;) {
      const nameStart = at;
      if (bytes[at] !== 0x22) return broken(bytes, at);
      const nameEnd = skipString(bytes, at + 1);
      if (nameEnd < 0) return broken(bytes, bytes.length);
      at = skipWhitespace(bytes, nameEnd);
      if (bytes[at] !== 0x3a) return broken(bytes, at);
      const valueStart = skipWhitespace(bytes, at + 1);
      const valueEnd = skipValue(bytes, valueStart);
      if (valueEnd < 0) return broken(bytes, bytes.length);
      if (lastDepth() > depth) {
        depth = lastDepth();
        if (depth >= maxDepth) return { ok: false, reason: 'too_deep', at: valueStart };
      }
      memberCount++;
      at = skipWhitespace(bytes, valueEnd);
      const separator = bytes[at];
      const index = indexOfName(wanted, bytes, nameStart + 1, nameEnd - 1);
      if (index >= 0) {
        if (members[index] !== undefined) {
          duplicates ??= [];
          duplicates.push(wanted.names[index] as string);
        }
        const commaAfter = separator === 0x2c ? at : -1;
        members[index] = { nameStart, valueStart, valueEnd, commaBefore, commaAfter };
      }
      if (separator === 0x7d) break;
      if (separator !== 0x2c) return broken(bytes, at);
      commaBefore = at;
      at = skipWhitespace(bytes, at + 1);
    }
  }
  if (maxDepth < 1) return { ok: false, reason: 'too_deep', at: objectStart };
  const objectEnd = at + 1;
  if (start === undefined) {
    const rest = skipWhitespace(bytes, objectEnd);
    if (rest < bytes.length) return { ok: false, reason: 'trailing_bytes', at: rest };
  }
  return {
    ok: true,
    objectStart,
    objectEnd,
    empty: memberCount === 0,
    memberCount,
    depth: depth + 1,
    wanted,
    members,
    duplicates: duplicates ?? none,
    plainNames: !escapesSeen() || !hidesName(bytes, objectStart, objectEnd),
  };
}

function broken(bytes: Buffer, at: number): ScanFailure {
  return at >= bytes.length
    ? { ok: false, reason: 'truncated', at: bytes.length }
    : { ok: false, reason: 'malformed', at };
}

/** The member of that name, if the scan wanted it and it is there. */
export function memberOf(scan: ObjectScan, name: string): MemberSpan | undefined {
  const index = scan.wanted.names.indexOf(name);
  return index < 0 ? undefined : scan.members[index];
}
