/** Member names to look for, made once (at module load) and used for every document. */
export interface WantedNames {
  readonly names: readonly string[];
  /** Candidates by the UTF-8 length of the name. */
  readonly byLength: readonly (readonly WantedName[] | undefined)[];
}

interface WantedName {
  readonly index: number;
  readonly bytes: Buffer;
}

const BACKSLASH = 0x5c;

/** The order of `names` is the order of the spans in a scan. At most 32, so that a mask fits. */
export function wantedNames(names: readonly string[]): WantedNames {
  const byLength: WantedName[][] = [];
  names.forEach((name, index) => {
    const bytes = Buffer.from(name);
    byLength[bytes.length] ??= [];
    byLength[bytes.length]?.push({ index, bytes });
  });
  return { names, byLength: Array.from(byLength) };
}

/**
 * Which wanted name stands between the quotes at `[start, end)`, or -1. An escaped name
 * (`"mod\u0065l"`) is the same member to every JSON parser, so it is to us.
 */
export function indexOfName(
  wanted: WantedNames,
  bytes: Buffer,
  start: number,
  end: number,
): number {
  const candidates = wanted.byLength[end - start];
  if (candidates !== undefined) {
    for (const candidate of candidates) {
      const name = candidate.bytes;
      let at = 0;
      while (at < name.length && name[at] === bytes[start + at]) at++;
      if (at === name.length) return candidate.index;
    }
  }
  for (let at = start; at < end; at++) {
    if (bytes[at] === BACKSLASH) return indexOfEscaped(wanted, bytes, start, end);
  }
  return -1;
}

/** As `indexOfName`, for a string *value* whose quotes are at `start` and before `end`. */
export function indexOfString(
  wanted: WantedNames,
  bytes: Buffer,
  start: number,
  end: number,
): number {
  return start < 0 || bytes[start] !== 0x22 ? -1 : indexOfName(wanted, bytes, start + 1, end - 1);
}

function indexOfEscaped(wanted: WantedNames, bytes: Buffer, start: number, end: number): number {
  try {
    const name = JSON.parse(bytes.toString('utf8', start - 1, end + 1)) as string;
    return wanted.names.indexOf(name);
  } catch {
    return -1; // not JSON: whoever parses the whole will say so
  }
}
