import type { ErrorCode, FluxError } from '@fluxrouter/errors';
import { withRequestId } from './error-text.ts';

/** Codes that OpenAI's clients know by a name of OpenAI's. */
const wireCodes: Partial<Record<ErrorCode, string>> = {
  rate_limited: 'rate_limit_exceeded',
  upstream_rate_limited: 'rate_limit_exceeded',
};

export function openAiCode(code: ErrorCode): string {
  return wireCodes[code] ?? code;
}

function openAiType(error: FluxError): string {
  if (error.code === 'insufficient_quota') return 'insufficient_quota';
  const { status } = error;
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}

/** The error object of chat and responses alike. */
export function openAiError(error: FluxError, requestId: string): object {
  return {
    error: {
      message: withRequestId(openAiMessage(error), requestId),
      type: error.vendor?.type ?? openAiType(error),
      param: error.param ?? null,
      code: error.vendor?.code ?? openAiCode(error.code),
    },
  };
}

export function openAiMessage(error: FluxError): string {
  const { contextLength } = error;
  if (contextLength === undefined) return error.message;
  const { tokens, maximum } = contextLength;
  return `This model's maximum context length is ${maximum} tokens. However, your request resulted in ${tokens} tokens.`;
}

export function openAiStatus(error: FluxError): number {
  return error.status;
}
