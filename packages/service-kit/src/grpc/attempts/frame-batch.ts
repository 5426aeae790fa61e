import type { AttemptBegin, AttemptEnd } from '@fluxrouter/generated/proxy';
import { type FrameWriter, makeFrameWriter } from './frame-writer.ts';

/** Bodies are cut into parts of so much, so that no frame holds up the others for long. */
const PART_BYTES = 192 * 1024;
/** A message with as much is closed, within a turn too. */
const MESSAGE_BYTES = 256 * 1024;

/**
 * The frames that one turn of the loop brings, written as they come into one message (or few), which
 * goes at the end of the turn. While the stream is full they collect: credit bounds how many can.
 */
export class FrameBatch {
  /** Returns false where the next message has to wait for `resume`. */
  readonly #send: (message: Buffer) => boolean;
  readonly #writer: FrameWriter = makeFrameWriter();
  /** Closed messages. */
  #messages: Buffer[] = [];
  #scheduled = false;
  #full = false;
  readonly #atTurnsEnd = (): void => {
    this.#scheduled = false;
    this.#flush();
  };

  constructor(send: (message: Buffer) => boolean) {
    this.#send = send;
  }

  /** For the next frame. */
  get frames(): FrameWriter {
    if (this.#writer.size > MESSAGE_BYTES) this.#messages.push(this.#writer.take());
    if (!this.#scheduled && !this.#full) {
      this.#scheduled = true;
      setImmediate(this.#atTurnsEnd);
    }
    return this.#writer;
  }

  get empty(): boolean {
    return this.#writer.size === 0 && this.#messages.length === 0;
  }

  begin(attempt: number, begin: AttemptBegin, initialCredit: number): void {
    const body = begin.body as Buffer;
    this.frames.begin(attempt, begin, initialCredit, firstPart(body));
    for (let from = PART_BYTES; from < body.length; from += PART_BYTES) {
      this.frames.data(attempt, body.subarray(from, from + PART_BYTES), false, false);
    }
  }

  data(attempt: number, bytes: Buffer, output: boolean, atBoundary: boolean): void {
    let rest = bytes;
    for (; rest.length > PART_BYTES; rest = rest.subarray(PART_BYTES)) {
      this.frames.data(attempt, rest.subarray(0, PART_BYTES), output, false);
    }
    this.frames.data(attempt, rest, output, atBoundary);
  }

  end(attempt: number, end: AttemptEnd): void {
    let rest = end.finalBytes as Buffer;
    for (; rest.length > PART_BYTES; rest = rest.subarray(PART_BYTES)) {
      this.frames.data(attempt, rest.subarray(0, PART_BYTES), false, false, true);
    }
    this.frames.end(attempt, end, rest);
  }

  resume(): void {
    this.#full = false;
    this.#flush();
  }

  #flush(): void {
    if (this.#writer.size > 0) this.#messages.push(this.#writer.take());
    let sent = 0;
    while (!this.#full && sent < this.#messages.length) {
      this.#full = !this.#send(this.#messages[sent] as Buffer);
      sent += 1;
    }
    this.#messages = sent === this.#messages.length ? [] : this.#messages.slice(sent);
  }
}

const firstPart = (body: Buffer): Buffer =>
  body.length > PART_BYTES ? body.subarray(0, PART_BYTES) : body;
