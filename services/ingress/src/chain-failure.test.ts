import type { AttemptFailure } from '@fluxrouter/generated/proxy';
import { expect, it } from 'vitest';
import { errorOfChain } from './chain-failure.ts';

const failed = (code: string, more: Partial<AttemptFailure> = {}): AttemptFailure => ({
  code,
  status: 500,
  nextMayHelp: true,
  retryMayHelp: false,
  clientMessage: '',
  param: '',
  upstreamType: '',
  upstreamCode: '',
  retryAfterSeconds: undefined,
  ...more,
});
const limited = (retryAfterSeconds?: number) =>
  failed('upstream_rate_limited', { retryAfterSeconds });

it('tells the shortest wait that a provider told', () => {
  const error = errorOfChain([limited(30), limited(), limited(7)]);
  expect(error).toMatchObject({ status: 429, retryAfterSeconds: 7 });
});

it('makes up no wait', () => {
  expect(errorOfChain([limited(), limited()])).not.toHaveProperty('retryAfterSeconds');
});

it('tells a wait that SDKs should not sit through in words', () => {
  const error = errorOfChain([limited(400), limited(300)]);
  expect(error).toMatchObject({ status: 429, shouldRetry: false });
  expect(error).not.toHaveProperty('retryAfterSeconds');
  expect(error.message).toContain('in 300 s');
});

it('tells by what all of the chain met', () => {
  const told = (...codes: string[]) => errorOfChain(codes.map((code) => failed(code)));
  expect(told('upstream_timeout', 'upstream_timeout')).toMatchObject({ status: 504 });
  expect(told('provider_misconfigured')).toMatchObject({ status: 502 });
  expect(told('upstream_overloaded', 'upstream_overloaded')).toMatchObject({
    code: 'upstream_overloaded',
    status: 502,
  });
  expect(told('upstream_rate_limited', 'upstream_timeout', 'upstream_failed')).toMatchObject({
    code: 'upstream_failed',
    status: 502,
  });
});

it('tells what the client caused as the provider told it', () => {
  const clients = failed('upstream_error', {
    status: 422,
    nextMayHelp: false,
    clientMessage: 'Too hot.',
    param: 'temperature',
    upstreamCode: 'invalid_value',
  });
  expect(errorOfChain([failed('upstream_failed'), clients])).toMatchObject({
    status: 422,
    message: 'Too hot.',
    param: 'temperature',
    vendor: { type: null, code: 'invalid_value' },
  });
});
