import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dialect } from '@fluxrouter/dialects';
import type { FluxError } from '@fluxrouter/errors';
import { newRequestId } from '@fluxrouter/events';
import { answerHead, type Shown } from './answer-head.ts';
import { endWith } from './end-with.ts';
import { lingerThenClose } from './read-body.ts';

/** A wait that is longer than this is told in the message, not as `retry-after`: SDKs obey it. */
export const RETRY_AFTER_MAX_SECONDS = 60;

/** Writes an error in the dialect's shape, with the headers of its kind. */
export function writeError(
  request: IncomingMessage,
  response: ServerResponse,
  dialect: Dialect,
  error: FluxError,
  shown: Shown,
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = Buffer.from(JSON.stringify(dialect.errorBody(error, shown.requestId)), 'utf8');
  const head = answerHead(shown);
  head.push('content-type', 'application/json', 'content-length', String(body.length));
  let shouldRetry = error.shouldRetry;
  if (error.retryAfterSeconds !== undefined) {
    if (error.retryAfterSeconds <= RETRY_AFTER_MAX_SECONDS) {
      head.push('retry-after', String(Math.ceil(error.retryAfterSeconds)));
    } else shouldRetry = false;
  }
  if (shouldRetry !== undefined) head.push('x-should-retry', shouldRetry ? 'true' : 'false');
  const status = dialect.errorStatus(error);
  // RFC 9110, 11.6.1: a 401 says how to do better.
  if (status === 401) head.push('www-authenticate', 'Bearer realm="FluxRouter"');
  // The body may still be on its way; what follows on this connection would be read as a request.
  const unread = !request.complete;
  if (unread) head.push('connection', 'close');
  response.writeHead(status, head);
  if (unread) {
    response.write(body);
    lingerThenClose(request, response);
  } else endWith(response, body);
}

/** An error of a path that serves no model, or of none: there is no record, only an id to ask by. */
export function refuseUnserved(
  request: IncomingMessage,
  response: ServerResponse,
  dialect: Dialect,
  error: FluxError,
): void {
  writeError(request, response, dialect, error, {
    requestId: newRequestId(Date.now()),
    servesModels: false,
    originalModel: '',
    servedModel: '',
    routed: false,
  });
}
