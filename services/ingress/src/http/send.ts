import type { ServerResponse } from 'node:http';
import { newRequestId } from '@fluxrouter/events';

/** An answer of a path that serves no model: of our headers it has the id only. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  more: readonly string[] = [],
): void {
  send(response, status, 'application/json', Buffer.from(JSON.stringify(body)), more);
}

export function sendText(
  response: ServerResponse,
  contentType: string,
  text: string,
  more: readonly string[] = [],
): void {
  send(response, 200, contentType, Buffer.from(text), more);
}

function send(
  response: ServerResponse,
  status: number,
  contentType: string,
  bytes: Buffer,
  more: readonly string[],
): void {
  const id = newRequestId(Date.now());
  response.writeHead(status, [
    ...['X-Flux-Request-Id', id, 'x-request-id', id, 'request-id', id],
    ...['content-type', contentType, 'content-length', String(bytes.length)],
    ...more,
  ]);
  response.end(bytes);
}
