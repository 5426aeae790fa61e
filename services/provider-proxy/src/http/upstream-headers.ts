import type { Header } from '@fluxrouter/generated/proxy';
import type { ConfiguredProvider } from '../providers.ts';

const DEFAULT_ANTHROPIC_VERSION = '2023-06-01';

/**
 * The headers of a call, name and value in turn: ours, and of the client's what ingress let through.
 * Never compressed: an answer is read along and passed on byte for byte.
 */
export function upstreamHeaders(
  target: ConfiguredProvider,
  dialect: string,
  forwarded: readonly Header[],
): string[] {
  const headers = [
    'content-type',
    'application/json',
    'accept-encoding',
    'identity',
    'user-agent',
    'fluxrouter/0.1',
    ...target.authHeaders,
  ];
  let version = false;
  for (const { name, value } of forwarded) {
    if (name === 'content-type') headers[1] = value;
    else headers.push(name, value);
    if (name === 'anthropic-version') version = true;
  }
  if (dialect === 'anthropic-messages' && !version) {
    headers.push('anthropic-version', DEFAULT_ANTHROPIC_VERSION);
  }
  return headers;
}

/** Of upstream's headers, those that a client gets, and those that we read. Lower case, undici's form. */
const FORWARDED_BACK = ['content-type', 'openai-processing-ms', 'openai-version'];

export type UpstreamHeaders = Readonly<Record<string, string | string[] | undefined>>;

export function headersForClient(headers: UpstreamHeaders): Header[] {
  const forwarded: Header[] = [];
  for (const name of FORWARDED_BACK) {
    const value = headers[name];
    if (typeof value === 'string') forwarded.push({ name, value });
  }
  return forwarded;
}

export function headerText(headers: UpstreamHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** `retry-after-ms` or `retry-after` (seconds or an HTTP date), in seconds. */
export function retryAfterSeconds(headers: UpstreamHeaders, nowMs: number): number | undefined {
  const ms = Number(headerText(headers, 'retry-after-ms'));
  if (Number.isFinite(ms) && ms > 0) return Math.ceil(ms / 1000);
  const text = headerText(headers, 'retry-after');
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return seconds >= 0 ? Math.ceil(seconds) : undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - nowMs) / 1000));
}
