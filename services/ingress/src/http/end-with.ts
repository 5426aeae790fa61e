import type { ServerResponse } from 'node:http';

/** From this size on a copy into a string costs more than it saves. */
export const AS_STRING_BYTES_MAX = 16 * 1024;

/**
 * Ends a response whose head is not out yet. As a string (latin1 keeps every byte) head and body go
 * out in one write, as a buffer in two parts, which costs some 6 µs more.
 */
export function endWith(response: ServerResponse, body: Buffer): void {
  if (body.length > AS_STRING_BYTES_MAX) response.end(body);
  else response.end(body.toString('latin1'), 'latin1');
}
