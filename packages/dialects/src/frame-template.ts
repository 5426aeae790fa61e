const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const ZERO = 0x30;
/** Beyond it a number may not be exact as a double. */
const DIGITS_MAX = 15;
/** Streams whose frames are never alike twice are not worth a copy of each. */
const LEARNED_MAX = 16;

/** A value that differs from frame to frame without changing what a frame means. */
export interface Hole {
  /** Of the value; a string's quotes belong to it. */
  readonly start: number;
  readonly end: number;
  /** `words`: a string whose length counts as content. `noise`: a string. `sequence`: an integer. */
  readonly kind: 'words' | 'noise' | 'sequence';
}

/**
 * The frame that a stream repeats with other words in it. A frame that equals it byte by byte but for
 * the insides of its holes has the same members with the same values but for those, so it need not be
 * scanned to know what it is: that costs a tenth of the scan.
 */
export class FrameTemplate {
  /** The integer in the `sequence` hole of the last frame that matched; -1 without such a hole. */
  sequence = -1;
  #frame: Buffer | null = null;
  #holes: readonly Hole[] = [];
  #beside = 0;
  /** Learned since the last match. */
  #learned = 0;

  /** Whether another frame should be learned. */
  get isWanted(): boolean {
    return this.#learned < LEARNED_MAX;
  }

  /**
   * `holes`: positions in `bytes`, in order. `beside`: bytes of content beside the words, or less
   * than none where the frame's own members are counted off. The frame is copied.
   */
  learn(bytes: Buffer, start: number, end: number, holes: readonly Hole[], beside = 0): void {
    this.#learned += 1;
    this.#beside = beside;
    this.#frame = Buffer.from(bytes.subarray(start, end));
    this.#holes = holes.map((hole) => ({
      start: hole.start - start,
      end: hole.end - start,
      kind: hole.kind,
    }));
  }

  /** Bytes of content in a frame that is the learned one but for its holes; else -1. */
  match(bytes: Buffer, start: number, end: number): number {
    const frame = this.#frame;
    if (frame === null) return -1;
    let content = this.#beside;
    let at = start;
    let from = 0;
    for (const { start: to, end: after, kind } of this.#holes) {
      // Beyond the frame's end there may be another one that looks the same: the last check sees it.
      while (from < to) if (frame[from++] !== bytes[at++]) return -1;
      const holeEnd = kind === 'sequence' ? this.#integer(bytes, at) : stringEnd(bytes, at, end);
      if (holeEnd < 0) return -1;
      if (kind === 'words') content += holeEnd - at - 2;
      at = holeEnd;
      from = after;
    }
    if (end - at !== frame.length - from) return -1;
    while (at < end) if (frame[from++] !== bytes[at++]) return -1;
    this.#learned = 0;
    return Math.max(0, content);
  }

  #integer(bytes: Buffer, start: number): number {
    let value = 0;
    let at = start;
    for (; at - start <= DIGITS_MAX; at++) {
      const digit = (bytes[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    const digits = at - start;
    if (digits === 0 || digits > DIGITS_MAX || (digits > 1 && bytes[start] === ZERO)) return -1;
    this.sequence = value;
    return at;
  }
}

/** Past the closing quote of the string that begins there; -1 where none does, or it is broken. */
function stringEnd(bytes: Buffer, start: number, end: number): number {
  if (bytes[start] !== QUOTE) return -1;
  for (let at = start + 1; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) at++;
    // A line end would end the frame's line, too.
    else if (byte < SPACE) return -1;
  }
  return -1;
}
