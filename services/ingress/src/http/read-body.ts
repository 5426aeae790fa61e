import type { IncomingMessage, ServerResponse } from 'node:http';

export type BodyProblem = 'too_large' | 'aborted' | 'encoded';

/**
 * Reads a request's body up to `maxBytes`. Calls back once: with the body, or with what is wrong
 * with it, as soon as that is known (a declared length is believed where it is too large).
 * Bodies are never inflated: a few KB of gzip are gigabytes.
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  callback: (problem: BodyProblem | null, body: Buffer) => void,
): void {
  const encoding = request.headers['content-encoding'];
  if (encoding && encoding.toLowerCase() !== 'identity') {
    callback('encoded', EMPTY);
    return;
  }
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > maxBytes) {
    callback('too_large', EMPTY);
    return;
  }

  let chunks: Buffer[] | null = null;
  let first: Buffer = EMPTY;
  let length = 0;
  let done = false;

  const finish = (problem: BodyProblem | null): void => {
    if (done) return;
    done = true;
    if (problem !== null) callback(problem, EMPTY);
    else callback(null, chunks === null ? first : Buffer.concat(chunks, length));
  };
  const onData = (chunk: Buffer): void => {
    // Listeners are not taken off again: that costs more than to ask here.
    if (done) return;
    length += chunk.length;
    if (length > maxBytes) finish('too_large');
    else if (chunks !== null) chunks.push(chunk);
    else if (first === EMPTY) first = chunk;
    else chunks = [first, chunk];
  };
  const onEnd = (): void => finish(null);
  const onAbort = (): void => finish('aborted');
  request.on('data', onData);
  request.on('end', onEnd);
  request.on('close', onAbort);
}

const EMPTY = Buffer.alloc(0);

/** How long, and for how much, a client that was refused while still sending is listened to. */
const LINGER_MS = 1_000;
const LINGER_BYTES = 1024 * 1024;

/**
 * Ends an answer that is all written, but came before the request's body had: reads on a little, so
 * that the client gets to read the answer, then closes. Ended at once, the connection would be closed
 * with bytes unread, and reset under the answer; reading all of a declared 10 GB would be the
 * client's to command.
 */
export function lingerThenClose(request: IncomingMessage, response: ServerResponse): void {
  let left = LINGER_BYTES;
  const close = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(() => {
    close();
    request.socket.destroy();
  }, LINGER_MS);
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    // No more is read, but the connection stays until its time.
    if (left < 0) request.pause();
  });
  request.on('end', close);
  request.on('close', close);
  request.resume();
}
