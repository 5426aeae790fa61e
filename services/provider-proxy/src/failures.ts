import type { Dialect, UpstreamError } from '@fluxrouter/dialects';
import { type ErrorCode, errorCodes } from '@fluxrouter/errors';
import type { AttemptFailure } from '@fluxrouter/generated/proxy';
import { retryAfterSeconds, type UpstreamHeaders } from './http/upstream-headers.ts';

/** What kind of failure it was, and whom another try may help. */
export function failure(code: ErrorCode, more?: Partial<AttemptFailure>): AttemptFailure {
  return {
    code,
    status: errorCodes[code].status,
    nextMayHelp: true,
    retryMayHelp: false,
    clientMessage: '',
    param: '',
    upstreamType: '',
    upstreamCode: '',
    retryAfterSeconds: undefined,
    ...more,
  };
}

/** Upstream's answer was no 2xx. Its words go to the client who caused it, and to nobody else. */
export function answeredFailure(
  dialect: Dialect,
  status: number,
  headers: UpstreamHeaders,
  body: Buffer,
  nowMs: number,
): AttemptFailure {
  const read = dialect.classifyUpstreamError(status, body);
  const clients: Partial<AttemptFailure> = {
    status,
    clientMessage: read.clientSafeMessage ?? '',
    param: read.param ?? '',
    upstreamType: read.type ?? '',
    upstreamCode: read.code ?? '',
  };
  switch (read.kind) {
    case 'client':
      return failure('upstream_error', { ...clients, nextMayHelp: false });
    case 'capability':
      return failure('upstream_error', clients);
    case 'context_length':
      return failure('context_length_exceeded', { ...clients, status: 400 });
    case 'rate_limited':
      return failure('upstream_rate_limited', {
        retryAfterSeconds: retryAfterSeconds(headers, nowMs),
      });
    case 'overloaded':
      return failure('upstream_overloaded', {
        retryMayHelp: true,
        retryAfterSeconds: retryAfterSeconds(headers, nowMs),
      });
    case 'auth':
      return failure('provider_misconfigured');
    case 'timeout':
      return failure('upstream_timeout');
    case 'not_found_model':
      return failure('upstream_failed');
    case 'server':
      return failure('upstream_failed', { retryMayHelp: true });
  }
}

/** Upstream's error event in a stream, or before any of it. */
export function streamFailure(error: UpstreamError | null): AttemptFailure {
  const retryMayHelp = error?.kind !== 'client';
  switch (error?.kind) {
    case 'rate_limited':
      return failure('upstream_rate_limited', { retryMayHelp });
    case 'overloaded':
      return failure('upstream_overloaded', { retryMayHelp });
    default:
      return failure('upstream_failed', { retryMayHelp });
  }
}

/** No answer, or none to its end: undici's error codes, https://undici.nodejs.org/#/docs/api/Errors */
export function transportFailure(error: Error): AttemptFailure {
  const { code } = error as { code?: string };
  switch (code) {
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return failure('upstream_timeout');
    case 'UND_ERR_CONNECT_TIMEOUT':
      return failure('upstream_timeout', { retryMayHelp: true });
    default:
      return failure('upstream_failed', { retryMayHelp: true });
  }
}
