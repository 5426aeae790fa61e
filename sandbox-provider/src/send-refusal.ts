import { createHash } from 'node:crypto';
import { type Attempt, attemptHeaders, bookAttempt } from './attempt.ts';
import { errorBody, type Refusal } from './errors.ts';

/** Answers with a vendor-shaped error, booked before it is sent. */
export function sendRefusal(attempt: Attempt, refusal: Refusal): void {
  const { requestId, response, route } = attempt;
  if (response.destroyed) {
    bookAttempt(attempt, 'client_gone', { status: 0, bytesSent: 0 }, () => {});
    return;
  }
  const body = JSON.stringify(errorBody(route.provider.errorShape, refusal, requestId));
  const bytesSent = Buffer.byteLength(body);
  const sha256 = attempt.hash ? createHash('sha256').update(body).digest('hex') : undefined;
  const own = ['content-type', 'application/json', 'content-length', String(bytesSent)];
  if (refusal.retryAfterSeconds !== undefined) {
    own.push('retry-after', String(refusal.retryAfterSeconds));
  }
  if (route.provider.name === 'anthropic') {
    const { status } = refusal;
    own.push('x-should-retry', String(status === 408 || status === 429 || status >= 500));
  }
  bookAttempt(attempt, 'error', { status: refusal.status, bytesSent, sha256 }, () => {
    response.writeHead(refusal.status, attemptHeaders(attempt, own));
    response.end(body);
  });
}
