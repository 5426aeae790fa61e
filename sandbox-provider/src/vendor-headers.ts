import type { Provider } from './providers.ts';

export type HeaderList = string[];

let resetAt = { second: 0, iso: '' };

/** The headers that a vendor sends with every answer; most of them a gateway must not pass on. */
export function vendorHeaders(
  provider: Provider,
  requestId: string,
  elapsedMs: number,
): HeaderList {
  switch (provider.name) {
    case 'openai':
      return openaiHeaders(requestId, elapsedMs);
    case 'anthropic':
      return anthropicHeaders(requestId);
    default:
      return [
        'x-request-id',
        requestId,
        'x-ratelimit-limit-requests',
        '10000',
        'x-ratelimit-remaining-requests',
        '9999',
        'server',
        'fluxrouter-sandbox',
      ];
  }
}

function openaiHeaders(requestId: string, elapsedMs: number): HeaderList {
  return [
    'x-request-id',
    requestId,
    'openai-organization',
    'fluxrouter-sandbox',
    'openai-processing-ms',
    String(Math.max(1, Math.round(elapsedMs))),
    'openai-version',
    '2020-10-01',
    'x-ratelimit-limit-requests',
    '10000',
    'x-ratelimit-limit-tokens',
    '2000000',
    'x-ratelimit-remaining-requests',
    '9999',
    'x-ratelimit-remaining-tokens',
    '1999744',
    'x-ratelimit-reset-requests',
    '6ms',
    'x-ratelimit-reset-tokens',
    '7ms',
    'set-cookie',
    '__cf_bm=sandbox; path=/; HttpOnly; Secure; SameSite=None',
    'server',
    'fluxrouter-sandbox',
  ];
}

function anthropicHeaders(requestId: string): HeaderList {
  const reset = nextSecond();
  return [
    'request-id',
    requestId,
    'anthropic-organization-id',
    '00000000-0000-4000-8000-0000000f1005',
    'anthropic-ratelimit-requests-limit',
    '4000',
    'anthropic-ratelimit-requests-remaining',
    '3999',
    'anthropic-ratelimit-requests-reset',
    reset,
    'anthropic-ratelimit-input-tokens-limit',
    '2000000',
    'anthropic-ratelimit-input-tokens-remaining',
    '1999000',
    'anthropic-ratelimit-input-tokens-reset',
    reset,
    'anthropic-ratelimit-output-tokens-limit',
    '400000',
    'anthropic-ratelimit-output-tokens-remaining',
    '399000',
    'anthropic-ratelimit-output-tokens-reset',
    reset,
    'anthropic-ratelimit-tokens-limit',
    '2400000',
    'anthropic-ratelimit-tokens-remaining',
    '2398000',
    'anthropic-ratelimit-tokens-reset',
    reset,
    'server',
    'fluxrouter-sandbox',
  ];
}

function nextSecond(): string {
  const second = Math.floor(Date.now() / 1000) + 1;
  if (second !== resetAt.second) {
    resetAt = { second, iso: `${new Date(second * 1000).toISOString().slice(0, 19)}Z` };
  }
  return resetAt.iso;
}
