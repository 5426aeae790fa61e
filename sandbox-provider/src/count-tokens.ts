import { readMessagesRequest } from './dialects/messages/read-request.ts';
import type { Refusal } from './errors.ts';
import { isObject, type JsonObject } from './json.ts';

/** Anthropic's `count_tokens`: the same count that a message's usage would report. */
export function countMessageTokens(rawBody: Buffer | null): { body: JsonObject } | Refusal {
  const body = parse(rawBody);
  if (!body) return { status: 400, message: 'The request body is not valid JSON.' };
  const reading = readMessagesRequest(body, true);
  if (!reading.ok) return reading.refusal;
  const { uncached, cacheRead, cacheWrite, cacheWrite1h } = reading.ask.input;
  return { body: { input_tokens: uncached + cacheRead + cacheWrite + cacheWrite1h } };
}

function parse(rawBody: Buffer | null): JsonObject | null {
  try {
    const body: unknown = JSON.parse((rawBody ?? '').toString());
    return isObject(body) ? body : null;
  } catch {
    return null;
  }
}
