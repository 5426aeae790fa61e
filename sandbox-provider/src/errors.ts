import type { ErrorShape } from './providers.ts';

/** A refusal before it is worded in a vendor's shape. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  /** The dialect's `type`; by default the one that belongs to the status. */
  readonly type?: string;
  readonly code?: string | null;
  readonly param?: string | null;
  /** Anthropic's `error.details`. */
  readonly details?: Record<string, unknown>;
  readonly retryAfterSeconds?: number;
}

const openaiTypes: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'invalid_request_error',
  402: 'insufficient_quota',
  403: 'permission_error',
  404: 'invalid_request_error',
  405: 'invalid_request_error',
  409: 'conflict_error',
  413: 'invalid_request_error',
  422: 'invalid_request_error',
  429: 'requests',
};
const openaiCodes: Record<number, string> = {
  401: 'invalid_api_key',
  402: 'insufficient_quota',
  405: 'method_not_supported',
  429: 'rate_limit_exceeded',
};
const anthropicTypes: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  408: 'timeout_error',
  413: 'request_too_large',
  422: 'invalid_request_error',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};
const googleStatuses: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

const moonshotTypes: Record<number, string> = {
  401: 'invalid_authentication_error',
  403: 'permission_denied_error',
  404: 'resource_not_found_error',
  429: 'rate_limit_reached_error',
};
const minimaxTypes: Record<number, string> = {
  400: 'bad_request_error',
  401: 'authorized_error',
  429: 'rate_limit_error',
};
const xaiCodes: Record<number, string> = {
  400: 'Client specified an invalid argument',
  401: 'Unauthenticated',
  403: 'The caller does not have permission to execute the specified operation',
  404: 'Some requested entity was not found',
  429: 'Some resource has been exhausted',
};

export function openaiErrorType(status: number): string {
  return openaiTypes[status] ?? (status >= 500 ? 'server_error' : 'invalid_request_error');
}

export function anthropicErrorType(status: number): string {
  return anthropicTypes[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
}

/** The body of a refusal in a vendor's own shape. */
export function errorBody(shape: ErrorShape, refusal: Refusal, requestId: string): unknown {
  const { status, message } = refusal;
  const type = refusal.type ?? openaiErrorType(status);
  const code = refusal.code === undefined ? (openaiCodes[status] ?? null) : refusal.code;
  const param = refusal.param ?? null;
  switch (shape) {
    case 'openai':
      return { error: { message, type, param, code } };
    case 'anthropic':
      return {
        type: 'error',
        error: {
          type: refusal.type ?? anthropicErrorType(status),
          message,
          ...(refusal.details ? { details: refusal.details } : {}),
        },
        request_id: requestId,
      };
    case 'google':
      return [{ error: { code: status, message, status: googleStatuses[status] ?? 'UNKNOWN' } }];
    case 'xai':
      return {
        code: refusal.code ?? xaiCodes[status] ?? 'Service temporarily unavailable',
        error: message,
      };
    case 'mistral':
      return { object: 'error', message, type, param, code, raw_status_code: status };
    case 'moonshot':
      return { error: { message, type: refusal.type ?? moonshotTypes[status] ?? type } };
    case 'zai':
      return { error: { code: code ?? String(status), message } };
    case 'minimax':
      return {
        type: 'error',
        error: {
          type: refusal.type ?? minimaxTypes[status] ?? type,
          message,
          http_code: String(status),
        },
        request_id: requestId,
      };
    case 'alibaba':
      return { error: { message, type, param, code }, request_id: requestId };
    case 'groq':
      return { error: { message, type, ...(code === null ? {} : { code }) } };
  }
}
