import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Directives } from './directives.ts';
import type { JsonObject } from './json.ts';

const credentialHeaders = new Set([
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'cookie',
  'proxy-authorization',
]);

/** What `echoHeaders` and `echoBody` answer, as JSON; null where neither is asked for. */
export function describeRequest(
  directives: Directives,
  request: IncomingMessage,
  rawBody: Buffer,
  body: JsonObject,
): string | null {
  if (!directives.echoHeaders && !directives.echoBody) return null;
  const headers = Object.entries(request.headers).map(([name, value]) => [
    name,
    credentialHeaders.has(name) ? '[present]' : value,
  ]);
  const sha256 = createHash('sha256').update(rawBody).digest('hex');
  return JSON.stringify({
    ...(directives.echoHeaders
      ? { method: request.method, path: request.url, headers: Object.fromEntries(headers) }
      : {}),
    ...(directives.echoBody ? { sha256, bytes: rawBody.length } : {}),
    bodyKeys: Object.keys(body),
  });
}
