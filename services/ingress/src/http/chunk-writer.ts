import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { AS_STRING_BYTES_MAX } from './end-with.ts';

/**
 * Writes a chunked body (RFC 9112, 7.1) straight to the socket once the head is out: one write for
 * a chunk in place of the four that `ServerResponse.write` makes, which is a third of what a chunk
 * costs. What it cannot do so (HTTP/1.0, a pipelined response whose turn has not come) it leaves to
 * the response.
 */
export class ChunkWriter {
  readonly #response: ServerResponse;
  readonly #socket: Socket | null;
  #waiting = false;

  /** After `flushHeaders`. */
  constructor(response: ServerResponse) {
    this.#response = response;
    this.#socket = response.chunkedEncoding ? response.socket : null;
  }

  /** @returns false where the client does not read as fast: wait for `onDrain`. */
  write(bytes: Buffer): boolean {
    const socket = this.#socket;
    // An empty chunk would be the last one.
    if (bytes.length === 0) return true;
    if (socket === null || socket.destroyed || bytes.length > AS_STRING_BYTES_MAX) {
      return this.#response.write(bytes);
    }
    const size = bytes.length.toString(16);
    return socket.write(`${size}\r\n${bytes.toString('latin1')}\r\n`, 'latin1');
  }

  onDrain(resume: () => void): void {
    // What was under way when upstream was paused still comes: one wait is enough for all of it.
    if (this.#waiting) return;
    this.#waiting = true;
    // Both: what the response still holds drains by it, the rest by the socket.
    (this.#socket ?? this.#response).once('drain', () => {
      this.#waiting = false;
      resume();
    });
  }
}
