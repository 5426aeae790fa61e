import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { operationalText } from '@fluxrouter/events';
import type { Tag } from '@fluxrouter/generated/events';
import type { Header } from '@fluxrouter/generated/proxy';

/** Of the client's headers, those that go upstream. Everything else stays here. */
const FORWARDED_UPSTREAM: readonly string[] = [
  'content-type',
  'accept',
  'anthropic-version',
  'anthropic-beta',
  'openai-beta',
];

// RFC 9110, field-value: visible ASCII, space and tab. Node has refused CR, LF and NUL already.
const FIELD_VALUE = /^[\t\x20-\x7e]{1,1024}$/;
/** What has been read as JSON is sent as such: `curl -d` calls it a form, and a provider would believe it. */
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json(?:$|[ \t;])/i;

export function headersForUpstream(headers: IncomingHttpHeaders): Header[] {
  const forwarded: Header[] = [];
  for (const name of FORWARDED_UPSTREAM) {
    const value = headers[name];
    if (typeof value !== 'string' || !FIELD_VALUE.test(value)) continue;
    if (name !== 'content-type' || JSON_TYPE.test(value)) forwarded.push({ name, value });
  }
  return forwarded;
}

/** The client's own id for the request, where it is of the grammar that may be stored. */
export function clientRequestIdOf(headers: IncomingHttpHeaders): string {
  return operationalText(headers['x-client-request-id']) ?? '';
}

const TAG_PART = /^[a-z0-9_.-]{1,64}$/;
export const TAGS_MAX = 8;

/** `X-Flux-Tags: team=search,feature=chat`. @returns null where it is not of that grammar. */
export function tagsOf(headers: IncomingHttpHeaders): Tag[] | null {
  const text = headers['x-flux-tags'];
  if (text === undefined) return [];
  if (typeof text !== 'string') return null;
  const tags = new Map<string, string>();
  for (const pair of text.split(',')) {
    const [name = '', value = '', ...more] = pair.trim().split('=');
    if (more.length > 0 || !TAG_PART.test(name) || !TAG_PART.test(value)) return null;
    if (tags.has(name)) return null;
    tags.set(name, value);
  }
  if (tags.size > TAGS_MAX) return null;
  return [...tags].map(([name, value]) => ({ name, value }));
}

export function wantsStreamCost(headers: IncomingHttpHeaders): boolean {
  return headers['x-flux-stream-cost'] === 'usage';
}

/** RFC 9110, 6.5.1: a sender of `TE: trailers` reads trailer fields. */
export function takesTrailers({ headers, httpVersion }: IncomingMessage): boolean {
  const te = headers['te'];
  // A proxy that speaks HTTP/1.0 to us may pass the header on; such an answer has no chunks to end.
  return (
    typeof te === 'string' && httpVersion !== '1.0' && /(?:^|[\s,])trailers(?:$|[\s,;])/i.test(te)
  );
}

/** `key=key_…` is the id of a key, a filter of lists; any other value may be a key. */
const KEY_PARAMETER =
  /[?&](?:(?:api[-_]?key|x-api-key|token|access_token|authorization)=|key=(?!key_[0-9A-Z]{26}(?:&|$)))/i;

/** Ours and others' begin so; `task-7` is no key. */
const KEY_ITSELF = /(?<![A-Za-z0-9_-])sk-/;

/** A key in a query string ends up in logs and histories of others: refused, wherever it stands. */
export function hasKeyInQuery(request: IncomingMessage): boolean {
  const url = request.url ?? '';
  const query = url.indexOf('?');
  if (query === -1) return false;
  const text = url.slice(query);
  return KEY_ITSELF.test(text) || KEY_PARAMETER.test(text);
}
