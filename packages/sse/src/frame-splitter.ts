/**
 * A run of bytes of the stream, in order. All pieces of a stream together are exactly its bytes.
 */
export interface Piece {
  /** The chunk itself where it held whole frames only. */
  readonly bytes: Buffer;
  /**
   * Where each frame ends in `bytes`: frame i is `[ends[i - 1] ?? 0, ends[i])`, the last end is
   * `bytes.length`. Empty: these bytes are no whole frame (see `kind`).
   */
  readonly ends: readonly number[];
  /**
   * `frames`: whole frames. `oversized`: a part of a frame that is larger than the splitter keeps,
   * passed on without being understood. `tail`: what was left when the stream ended inside a frame;
   * the standard says that a client drops it.
   */
  readonly kind: 'frames' | 'oversized' | 'tail';
}

export interface FrameSplitterOptions {
  /** The largest frame that is kept until it is whole. */
  readonly maxFrameBytes?: number;
}

const LF = 0x0a;
const CR = 0x0d;
const NO_PIECES: readonly Piece[] = [];
const NO_ENDS: readonly number[] = [];

/**
 * 256 KB: an image part or a whole `response.completed` may be that large; beyond it, memory for
 * each stream counts more than reading along.
 */
const DEFAULT_MAX_FRAME_BYTES = 256 * 1024;

/**
 * Cuts a stream of Server-Sent Events into frames (an event with its blank line) without changing
 * a byte. Line ends are LF, CR LF and CR and nothing else: U+2028, U+2029 and NEL are text.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 *
 * A frame is let go as soon as its blank line is complete. Where that line ends in a CR at the
 * very end of a chunk, an LF that follows is the same line end: it goes out as the first byte of
 * the next frame, where it means nothing.
 */
export class FrameSplitter {
  readonly #maxFrameBytes: number;
  /** What came of a frame that is not whole yet. */
  #carried: Buffer[] = [];
  #carriedBytes = 0;
  /** The bytes so far end in a line end (or there are none): an empty line would end the frame. */
  #atLineStart = true;
  /** The last byte was a CR, whose LF may follow. */
  #afterCr = false;
  /** The frame under way was too large to keep, and part of it has gone out. */
  #oversized = false;

  constructor(options?: FrameSplitterOptions) {
    this.#maxFrameBytes = options?.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES;
  }

  /** True where what went out so far ends with a whole frame: only here may a comment be put in. */
  get betweenFrames(): boolean {
    return !this.#oversized && !(this.#afterCr && this.#carriedBytes === 0);
  }

  /** Bytes held back because their frame is not whole. */
  get carriedBytes(): number {
    return this.#carriedBytes;
  }

  /** Usually one piece; none while a frame grows; more where a carried frame is completed. */
  push(chunk: Buffer): readonly Piece[] {
    if (chunk.length === 0) return NO_PIECES;
    const ends = chunk.includes(CR) || this.#afterCr ? this.#scanAny(chunk) : this.#scanLf(chunk);
    const last = ends.length === 0 ? 0 : (ends[ends.length - 1] as number);
    if (this.#carriedBytes === 0 && !this.#oversized && last === chunk.length) {
      return [{ bytes: chunk, ends, kind: 'frames' }];
    }
    return this.#cut(chunk, ends, last);
  }

  /** The stream is over. What is left is no whole frame. */
  end(): readonly Piece[] {
    if (this.#carriedBytes === 0) return NO_PIECES;
    const bytes = this.#takeCarried(null);
    return [{ bytes, ends: NO_ENDS, kind: this.#oversized ? 'oversized' : 'tail' }];
  }

  #cut(chunk: Buffer, ends: number[], last: number): readonly Piece[] {
    const pieces: Piece[] = [];
    let from = 0;
    if (ends.length > 0 && (this.#carriedBytes > 0 || this.#oversized)) {
      const first = ends.shift() as number;
      const bytes = this.#takeCarried(chunk.subarray(0, first));
      pieces.push(
        this.#oversized || bytes.length > this.#maxFrameBytes
          ? { bytes, ends: NO_ENDS, kind: 'oversized' }
          : { bytes, ends: [bytes.length], kind: 'frames' },
      );
      this.#oversized = false;
      from = first;
    }
    if (ends.length > 0) {
      for (let i = 0; from > 0 && i < ends.length; i++) ends[i] = (ends[i] as number) - from;
      pieces.push({ bytes: chunk.subarray(from, last), ends, kind: 'frames' });
    }
    if (last < chunk.length) this.#carry(last === 0 ? chunk : chunk.subarray(last), pieces);
    return pieces;
  }

  #carry(rest: Buffer, pieces: Piece[]): void {
    if (this.#oversized || this.#carriedBytes + rest.length > this.#maxFrameBytes) {
      pieces.push({ bytes: this.#takeCarried(rest), ends: NO_ENDS, kind: 'oversized' });
      this.#oversized = true;
      return;
    }
    this.#carried.push(rest);
    this.#carriedBytes += rest.length;
  }

  #takeCarried(rest: Buffer | null): Buffer {
    if (this.#carriedBytes === 0) return rest ?? Buffer.alloc(0);
    const parts = rest === null ? this.#carried : [...this.#carried, rest];
    this.#carried = [];
    this.#carriedBytes = 0;
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }

  /** Frame ends where no CR is about: one native search a line. */
  #scanLf(chunk: Buffer): number[] {
    const ends: number[] = [];
    let lineStart = this.#atLineStart ? 0 : -1;
    let at = 0;
    for (;;) {
      const lf = chunk[at] === LF ? at : chunk.indexOf(LF, at);
      if (lf < 0) break;
      at = lf + 1;
      if (lf === lineStart) ends.push(at);
      lineStart = at;
    }
    this.#atLineStart = at === chunk.length;
    return ends;
  }

  /** Frame ends with all three line ends mixed. */
  #scanAny(chunk: Buffer): number[] {
    const ends: number[] = [];
    let atLineStart = this.#atLineStart;
    let afterCr = this.#afterCr;
    // Where the last frame ended at a CR, its LF still belongs to it if it is in this chunk.
    let endedAtCr = -1;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (byte === LF && afterCr) {
        afterCr = false;
        if (endedAtCr === at) ends[ends.length - 1] = at + 1;
        continue;
      }
      afterCr = byte === CR;
      if (byte !== LF && byte !== CR) {
        atLineStart = false;
      } else {
        if (atLineStart) {
          ends.push(at + 1);
          endedAtCr = at + 1;
        }
        atLineStart = true;
      }
    }
    this.#atLineStart = atLineStart;
    this.#afterCr = afterCr;
    return ends;
  }
}
