import { createHash, type Hash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** One answer on its way: counts its bytes, waits for slow readers, knows when the client left. */
export class Transmission {
  readonly response: ServerResponse;
  bytesSent = 0;
  gone = false;
  #hash: Hash | null;
  #splitBytes: number | undefined;
  #wake: (() => void) | null = null;

  constructor(
    response: ServerResponse,
    settings: { hash: boolean; splitBytes: number | undefined },
  ) {
    this.response = response;
    this.#hash = settings.hash ? createHash('sha256') : null;
    this.#splitBytes = settings.splitBytes;
    response.once('close', () => {
      this.gone = !response.writableFinished;
      this.#wake?.();
    });
  }

  /** Waits that long, or until the client has left. */
  pause(milliseconds: number | undefined): Promise<void> {
    if (!milliseconds || this.gone) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Writes a part of the body; resolves when more may be written. */
  async write(text: string): Promise<void> {
    if (this.gone) return;
    this.count(text);
    await this.#send(text);
  }

  /** Counts bytes that are about to be sent by `end`, so that they can be booked before. */
  count(text: string): void {
    this.#hash?.update(text);
    this.bytesSent += Buffer.byteLength(text);
  }

  /** The SHA-256 of all that was counted, where it is wanted; call it once. */
  digest(): string | undefined {
    return this.#hash?.digest('hex');
  }

  /** Sends the last part, counted before, and ends the answer. */
  async end(counted: string): Promise<void> {
    if (this.gone) return;
    if (this.#splitBytes === undefined) {
      this.response.end(counted);
      return;
    }
    await this.#send(counted);
    this.response.end();
  }

  /** Resolves when what was written is with the operating system. */
  flushed(): Promise<void> {
    const { response } = this;
    return new Promise((resolve) => {
      if (this.gone || !response.socket) return resolve();
      this.#wake = resolve;
      response.socket.write('', () => resolve());
    });
  }

  async #send(text: string): Promise<void> {
    if (this.#splitBytes === undefined) {
      if (!this.response.write(text)) await this.#drained();
      return;
    }
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length && !this.gone; at += this.#splitBytes) {
      const hasRoom = this.response.write(bytes.subarray(at, at + this.#splitBytes));
      if (!hasRoom) await this.#drained();
      // Writes of one turn would leave in one packet.
      await nextTurn();
    }
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.gone) return resolve();
      this.#wake = resolve;
      this.response.once('drain', resolve);
    });
  }
}
