import { buildCatalogue } from '@fluxrouter/catalogue';
import { Secret } from '@fluxrouter/service-kit/config';
import { describe, expect, it } from 'vitest';
import { configureProviders } from '../providers.ts';
import { headersForClient, retryAfterSeconds, upstreamHeaders } from './upstream-headers.ts';

const target = configureProviders(
  buildCatalogue(),
  new Map([['anthropic', { apiKey: new Secret('sk-ant'), baseUrl: undefined }]]),
  undefined,
).get('anthropic');
if (target === undefined) throw new Error('not configured');

describe('headers of a call', () => {
  it('are ours, and of the client’s what ingress let through', () => {
    const headers = upstreamHeaders(target, 'anthropic-messages', [
      { name: 'anthropic-beta', value: 'a,b' },
      { name: 'anthropic-version', value: '2024-01-01' },
    ]);
    expect(headers).toContain('sk-ant');
    expect(headers[headers.indexOf('anthropic-version') + 1]).toBe('2024-01-01');
    expect(headers[headers.indexOf('accept-encoding') + 1]).toBe('identity');
  });

  it('name a version of Anthropic’s API where the client did not', () => {
    const headers = upstreamHeaders(target, 'anthropic-messages', []);
    expect(headers[headers.indexOf('anthropic-version') + 1]).toBe('2023-06-01');
    expect(upstreamHeaders(target, 'openai-chat', [])).not.toContain('anthropic-version');
  });
});

describe('headers of an answer', () => {
  it('go back by the list, never a provider’s ids and limits', () => {
    const back = headersForClient({
      'content-type': 'application/json',
      'openai-version': '2020-10-01',
      'openai-organization': 'org',
      'x-request-id': 'theirs',
      'x-ratelimit-limit-requests': '1',
      'set-cookie': ['a=b'],
    });
    expect(back.map(({ name }) => name)).toEqual(['content-type', 'openai-version']);
  });

  it.each([
    [{ 'retry-after': '7' }, 7],
    [{ 'retry-after-ms': '1500' }, 2],
    [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:30 GMT' }, 30],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '-1' }, undefined],
    [{}, undefined],
  ])('%o waits %s s', (headers, seconds) => {
    expect(retryAfterSeconds(headers, 0)).toBe(seconds);
  });
});
