import type { IncomingMessage } from 'node:http';

const bodyBytesMax = 64 * 1024 * 1024;

/** Hands over the whole body, or null where it is too large to keep. */
export function readBody(request: IncomingMessage, done: (body: Buffer | null) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= bodyBytesMax) chunks.push(chunk);
  });
  request.on('end', () => {
    const [first] = chunks;
    if (bytes > bodyBytesMax) done(null);
    else done(chunks.length === 1 && first ? first : Buffer.concat(chunks));
  });
}
