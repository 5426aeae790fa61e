import type { IncomingMessage } from 'node:http';
import { type FluxError, fluxError } from '@fluxrouter/errors';
import { hasKeyInQuery } from '../http/client-headers.ts';
import type { Caller, KeyView } from './key-view.ts';

/** `Authorization: Bearer sk-…` everywhere; `x-api-key` too where Anthropic's dialect is spoken. */
export function authenticate(
  request: IncomingMessage,
  keys: KeyView,
  takesApiKeyHeader: boolean,
): Caller | FluxError {
  if (request.url?.includes('?') && hasKeyInQuery(request)) return fluxError('key_in_query');
  const bearer = bearerOf(request.headers.authorization);
  const apiKey = takesApiKeyHeader ? request.headers['x-api-key'] : undefined;
  // Claude Code may send both, one of them for somebody else: either one in force will do.
  const found =
    (bearer === null ? null : keys.find(bearer)) ??
    (typeof apiKey === 'string' ? keys.find(apiKey) : null);
  if (found !== null) return found;
  return bearer === null && apiKey === undefined
    ? fluxError('missing_api_key')
    : fluxError('invalid_api_key');
}

function bearerOf(header: string | undefined): string | null {
  if (header === undefined || header.length < 8) return null;
  return header.slice(0, 7).toLowerCase() === 'bearer ' ? header.slice(7).trim() : null;
}
