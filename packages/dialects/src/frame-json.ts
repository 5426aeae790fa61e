import { scanMembers, spansFor, type WantedNames } from '@fluxrouter/json-splice';
import { DataSpan, readFrame } from '@fluxrouter/sse';

const CR = 0x0d;

/**
 * Finds members in the JSON data of one frame after another without allocating: after `read`
 * returned true, `bytes` and `spans` say where they are (see `scanMembers`).
 *
 * This scan is also what makes the observers exact: it reads member names where members are, so
 * that text which merely looks like one is never taken for it. On a chat delta it is faster than
 * two native searches for needles (0.2 µs against 0.35 µs each).
 */
export class FrameJson {
  readonly spans: Int32Array;
  bytes: Buffer = EMPTY;
  /** Where the data is in `bytes`. */
  start = 0;
  end = 0;
  readonly #wanted: WantedNames;
  readonly #data = new DataSpan();
  #chunk: Buffer = EMPTY;
  #chunkHasCr = false;
  #first = true;

  constructor(wanted: WantedNames) {
    this.#wanted = wanted;
    this.spans = spansFor(wanted);
  }

  /** The data lies where it came, in one piece: spans are positions in the frame's own bytes. */
  get inPlace(): boolean {
    return this.bytes === this.#chunk;
  }

  /** Finds the frame's data; false where it has none (a comment). */
  locate(bytes: Buffer, start: number, end: number): boolean {
    if (bytes !== this.#chunk) {
      this.#chunk = bytes;
      this.#chunkHasCr = bytes.includes(CR);
    }
    if (!this.#chunkHasCr && this.#data.locate(bytes, start, end)) {
      this.#first = false;
      this.bytes = bytes;
      this.start = this.#data.start;
      this.end = this.#data.end;
      return true;
    }
    const { data } = readFrame(bytes, start, end, this.#first);
    this.#first = false;
    if (data === null) return false;
    this.bytes = data;
    this.start = 0;
    this.end = data.length;
    return true;
  }

  /**
   * The members that stand before the cut in the beginning of a frame; false where there is no
   * data in it.
   */
  scanBeginning(bytes: Buffer): boolean {
    const { data } = readFrame(bytes, 0, bytes.length, this.#first);
    this.#first = false;
    if (data === null) return false;
    this.bytes = data;
    this.start = 0;
    this.end = data.length;
    this.scan();
    return true;
  }

  /** After `locate`: scans the data; false where it is no JSON object. */
  scan(): boolean {
    return scanMembers(this.bytes, this.start, this.#wanted, this.spans) >= 0;
  }
}

const EMPTY = Buffer.alloc(0);
