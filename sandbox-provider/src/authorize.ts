import type { IncomingMessage } from 'node:http';
import type { Refusal } from './errors.ts';
import type { Provider } from './providers.ts';

/** The one credential that is wrong; every other one is taken. */
const badKey = 'sandbox-bad-key';

/** Why a vendor would refuse these headers; null where it would not. */
export function findHeaderRefusal(provider: Provider, request: IncomingMessage): Refusal | null {
  const isAnthropic = provider.credential === 'x-api-key';
  const key = (isAnthropic && apiKey(request)) || bearerToken(request);
  if (key === '') {
    const message = isAnthropic
      ? 'x-api-key header is required'
      : "You didn't provide an API key. Send it as Authorization: Bearer YOUR_KEY.";
    return { status: 401, message };
  }
  if (key === badKey) {
    const message = isAnthropic ? 'invalid x-api-key' : 'Incorrect API key provided.';
    return { status: 401, message };
  }
  if (isAnthropic && !request.headers['anthropic-version']) {
    return { status: 400, message: 'anthropic-version: header is required' };
  }
  return null;
}

function apiKey(request: IncomingMessage): string {
  const value = request.headers['x-api-key'];
  return typeof value === 'string' ? value.trim() : '';
}

function bearerToken(request: IncomingMessage): string {
  const { authorization } = request.headers;
  return authorization?.startsWith('Bearer ') ? authorization.slice('Bearer '.length).trim() : '';
}
