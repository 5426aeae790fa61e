import type { FluxError } from '@fluxrouter/errors';
import { encodeFrame } from '@fluxrouter/sse';
import type { StreamSnapshot, UpstreamError } from '../dialect.ts';
import { withRequestId } from '../error-text.ts';
import { classify, readVendorError } from '../upstream-error.ts';

const types: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  408: 'timeout_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

/** Anthropic has a status of its own for its overload, which its SDK retries as such. */
export function errorStatus(error: FluxError): number {
  return error.code === 'upstream_overloaded' ? 529 : error.status;
}

/** Our code stands where the SDK looks for one (`errorCode`): `error.details.error_code`. */
export function errorBody(error: FluxError, requestId: string): object {
  const status = errorStatus(error);
  return {
    type: 'error',
    error: {
      type: types[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error'),
      message: withRequestId(messageOf(error), requestId),
      details: { error_code: error.vendor?.code ?? error.code },
    },
    request_id: requestId,
  };
}

/** Claude Code matches on these words to compact a conversation. */
function messageOf(error: FluxError): string {
  const { contextLength } = error;
  return contextLength === undefined
    ? error.message
    : `prompt is too long: ${contextLength.tokens} tokens > ${contextLength.maximum} maximum`;
}

/** The SDK goes by the name in the event line: without it, the frame is dropped silently. */
export function streamError(
  error: FluxError,
  requestId: string,
  _snapshot: StreamSnapshot,
  betweenFrames = true,
): Buffer {
  const data = JSON.stringify(errorBody(error, requestId));
  const frame = encodeFrame({ event: 'error', data });
  return betweenFrames ? frame : Buffer.concat([BLANK_LINE, frame]);
}

const BLANK_LINE = Buffer.from('\n\n');

export function streamEnd(): Buffer {
  return encodeFrame({ event: 'message_stop', data: '{"type":"message_stop"}' });
}

export function classifyUpstreamError(status: number, body: Buffer): UpstreamError {
  return classify(status, readVendorError(body));
}
