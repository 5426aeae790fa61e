import { type ErrorCode, errorCodes, fluxError } from '@fluxrouter/errors';
import { describe, expect, it } from 'vitest';
import { dialectNames, dialects } from './index.ts';

const codes = Object.keys(errorCodes) as ErrorCode[];

describe.each(dialectNames)('an error in %s', (name) => {
  const dialect = dialects[name];

  it.each(codes)('%s has the dialect’s shape and ends with the request', (code) => {
    const error = fluxError(code, { detail: 'internal words' });
    const body = dialect.errorBody(error, 'req_9');
    const { error: inner } = body as { error: Record<string, unknown> };
    expect(inner['message']).toBe(`${error.message} (request req_9)`);
    expect(inner['type']).toMatch(/^[a-z_]+$/);
    expect(JSON.stringify(body)).not.toContain('internal words');
    expect(dialect.errorStatus(error)).toBeGreaterThanOrEqual(400);
  });
});

describe('an error for OpenAI’s clients', () => {
  const body = (code: ErrorCode, more = {}) =>
    dialects['openai-chat'].errorBody(fluxError(code, more), 'req_9') as { error: object };

  it('has the codes that they match on', () => {
    expect(body('insufficient_quota').error).toMatchObject({
      type: 'insufficient_quota',
      code: 'insufficient_quota',
    });
    expect(body('rate_limited').error).toMatchObject({
      type: 'rate_limit_error',
      code: 'rate_limit_exceeded',
    });
    expect(body('context_length_exceeded').error).toMatchObject({
      code: 'context_length_exceeded',
    });
    expect(body('invalid_api_key').error).toMatchObject({ code: 'invalid_api_key', param: null });
    expect(body('invalid_field', { param: 'n' }).error).toMatchObject({
      param: 'n',
      type: 'invalid_request_error',
    });
  });

  it('passes the vendor’s own words on where the client caused it', () => {
    const vendor = { type: 'invalid_request_error', code: 'invalid_value' };
    expect(body('upstream_error', { status: 422, message: 'Bad.', vendor, param: 'n' })).toEqual({
      error: {
        message: 'Bad. (request req_9)',
        type: 'invalid_request_error',
        param: 'n',
        code: 'invalid_value',
      },
    });
  });

  it('says how long the context is', () => {
    const { error } = body('context_length_exceeded', {
      contextLength: { tokens: 210_000, maximum: 200_000 },
    });
    expect(error).toMatchObject({
      message:
        "This model's maximum context length is 200000 tokens. However, your request resulted in 210000 tokens. (request req_9)",
    });
  });
});

describe('an error for Anthropic’s clients', () => {
  const dialect = dialects['anthropic-messages'];
  const body = (code: ErrorCode, more = {}) => dialect.errorBody(fluxError(code, more), 'req_9');

  it.each([
    ['invalid_field', 400, 'invalid_request_error'],
    ['invalid_api_key', 401, 'authentication_error'],
    ['insufficient_quota', 402, 'billing_error'],
    ['permission_denied', 403, 'permission_error'],
    ['model_not_found', 404, 'not_found_error'],
    ['body_too_large', 413, 'request_too_large'],
    ['rate_limited', 429, 'rate_limit_error'],
    ['upstream_overloaded', 529, 'overloaded_error'],
    ['upstream_timeout', 504, 'timeout_error'],
    ['upstream_failed', 502, 'api_error'],
    ['internal_error', 500, 'api_error'],
  ] as const)('%s is %d %s', (code, status, type) => {
    expect(dialect.errorStatus(fluxError(code))).toBe(status);
    expect(body(code)).toMatchObject({ type: 'error', error: { type }, request_id: 'req_9' });
  });

  it('has the words that Claude Code matches on', () => {
    expect(
      body('context_length_exceeded', { contextLength: { tokens: 210_000, maximum: 200_000 } }),
    ).toMatchObject({
      error: { message: 'prompt is too long: 210000 tokens > 200000 maximum (request req_9)' },
    });
  });

  it('has the code by which the SDK’s tool runner learns that there are no threads', () => {
    expect(body('thread_unsupported_request')).toMatchObject({
      error: {
        type: 'invalid_request_error',
        details: { error_code: 'thread_unsupported_request' },
      },
    });
  });
});
