import { describe, expect, it } from 'vitest';
import {
  duplicateMember,
  errorCodes,
  fluxError,
  invalidField,
  isFluxError,
  missingField,
} from './index.ts';

describe('the list of codes', () => {
  const entries = Object.entries(errorCodes);

  it.each(entries)('%s has an error status and a sentence', (code, row) => {
    expect(code).toMatch(/^[a-z]+(_[a-z0-9]+)*$/);
    expect(row.status).toBeGreaterThanOrEqual(400);
    expect(row.status).toBeLessThan(600);
    expect(row.message).toMatch(/^[A-Z`].*[.]$/s);
  });

  it('never answers 402, 403 or 401 for what a provider did', () => {
    for (const [code, row] of entries) {
      if (/^(upstream|provider_misconfigured|stream)/.test(code)) {
        expect([401, 402, 403]).not.toContain(row.status);
      }
    }
  });

  it('tells SDKs not to retry what a retry cannot mend, and to retry what it can', () => {
    expect(errorCodes.insufficient_quota).toMatchObject({ status: 402, shouldRetry: false });
    expect(errorCodes.idempotency_in_progress).toMatchObject({
      status: 409,
      shouldRetry: true,
      retryAfterSeconds: 1,
    });
    expect(errorCodes.idempotency_finished).toMatchObject({ status: 409, shouldRetry: false });
    expect(errorCodes.unavailable.retryAfterSeconds).toBeGreaterThan(0);
  });
});

describe('fluxError', () => {
  it('takes what is not overridden from the list', () => {
    expect(fluxError('rate_limited')).toEqual({
      code: 'rate_limited',
      status: 429,
      message: errorCodes.rate_limited.message,
    });
    expect(fluxError('idempotency_in_progress', { retryAfterSeconds: 3 })).toMatchObject({
      retryAfterSeconds: 3,
      shouldRetry: true,
    });
  });

  it('is told from other values', () => {
    expect(isFluxError(fluxError('not_found'))).toBe(true);
    expect(isFluxError({ code: 'ENOENT', status: 404 })).toBe(false);
    expect(isFluxError({ code: 'constructor', status: 404 })).toBe(false);
    expect(isFluxError(null)).toBe(false);
    expect(isFluxError('not_found')).toBe(false);
  });
});

it('names the field at fault', () => {
  expect(missingField('messages[1].role')).toMatchObject({
    status: 400,
    param: 'messages[1].role',
  });
  expect(missingField('messages[1].role').message).toContain("'messages[1].role'");
  expect(invalidField('n', 'expected an integer').message).toBe(
    "Invalid 'n': expected an integer.",
  );
  expect(duplicateMember('model')).toMatchObject({ code: 'duplicate_member', param: 'model' });
});
