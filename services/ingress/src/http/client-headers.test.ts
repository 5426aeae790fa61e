import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { hasKeyInQuery, headersForUpstream } from './client-headers.ts';

const asked = (url: string) => hasKeyInQuery({ url } as IncomingMessage);

it.each([
  '/v1/models?api_key=x',
  '/v1/models?beta=true&key=AIzaSy',
  '/v1/models?Key=',
  '/v1/requests?key=key_01M7ZANAAX9AGJFYVB0JABFFCV0',
  '/v1/requests?any=sk-flux-1',
  '/v1/requests?tag=a:sk-ant-1',
  '/v1/models?sk-1',
  '/v1/models?access_token=x',
])('finds a key in %s', (url) => {
  expect(asked(url)).toBe(true);
});

it.each([
  '/v1/models',
  '/v1/messages?beta=true',
  '/v1/requests?key=key_01M7ZANAAX9AGJFYVB0JABFFCV',
  '/v1/requests?limit=2&key=key_01M7ZANAAX9AGJFYVB0JABFFCV&outcome=completed',
  '/v1/usage?group_by=key',
  '/v1/requests?any=task-7',
  '/v1/requests?tag=team:risk-desk&model=disk-1',
])('takes %s', (url) => {
  expect(asked(url)).toBe(false);
});

describe('content-type', () => {
  it.each([
    ['application/json', true],
    ['Application/JSON; charset=utf-8', true],
    ['application/vnd.api+json', true],
    ['application/x-www-form-urlencoded', false],
    ['text/plain', false],
    ['application/jsonlines', false],
  ])('goes upstream where it says what the body is: %s', (value, forwarded) => {
    expect(headersForUpstream({ 'content-type': value })).toEqual(
      forwarded ? [{ name: 'content-type', value }] : [],
    );
  });
});
