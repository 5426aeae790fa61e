import { buildCatalogue } from '@fluxrouter/catalogue';
import { Secret } from '@fluxrouter/service-kit/config';
import { describe, expect, it } from 'vitest';
import { configureProviders } from './providers.ts';

const catalogue = buildCatalogue();
const apiKey = new Secret('sk-real');

describe('providers that can be called', () => {
  it('are those with a key, and no others where no sandbox stands in', () => {
    const settings = new Map([['openai', { apiKey, baseUrl: undefined }]]);
    const configured = configureProviders(catalogue, settings, undefined);
    expect([...configured.keys()]).toEqual(['openai']);
    expect(configured.get('openai')).toMatchObject({
      origin: 'https://api.openai.com',
      pathPrefix: '/v1',
      authHeaders: ['authorization', 'Bearer sk-real'],
    });
  });

  it('never get the sandbox in place of a provider with a key', () => {
    const settings = new Map([['openai', { apiKey, baseUrl: undefined }]]);
    const configured = configureProviders(catalogue, settings, 'http://127.0.0.1:1');
    expect(configured.get('openai')?.origin).toBe('https://api.openai.com');
    expect(configured.get('xai')).toMatchObject({
      origin: 'http://127.0.0.1:1',
      pathPrefix: '/xai/v1',
    });
    expect(configured.size).toBe(catalogue.providers.size);
  });

  it.each([
    ['openai', 'http://proxy:80/v1', '/v1'],
    ['openai', 'http://proxy:80', '/v1'],
    ['openai', 'http://proxy:80/openai/v1/', '/openai/v1'],
    ['anthropic', 'http://proxy:80', '/v1'],
    ['anthropic', 'http://proxy:80/v1', '/v1'],
    ['anthropic', 'http://proxy:80/anthropic', '/anthropic/v1'],
    ['google', 'http://proxy:80', '/v1beta/openai'],
  ])('%s at %s: its paths begin with %s, in the manner of its SDK', (id, baseUrl, prefix) => {
    const configured = configureProviders(
      catalogue,
      new Map([[id, { apiKey, baseUrl }]]),
      undefined,
    );
    expect(configured.get(id)?.pathPrefix).toBe(prefix);
  });
});
