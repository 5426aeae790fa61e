import { createHash } from 'node:crypto';
import { asArray, asObject, asString, type JsonObject } from '../../json.ts';

/** The seal of a thinking block: as opaque as Anthropic's, and as unforgiving of other origins. */
export function signThinking(thinking: string): string {
  const digest = createHash('sha256').update(`fluxrouter-sandbox:${thinking}`).digest();
  return Buffer.concat([Buffer.from('sandbox:'), digest]).toString('base64');
}

/** Where in the request the first thinking block with a foreign signature is; null where none. */
export function findForeignSignature(body: JsonObject): string | null {
  for (const [turn, message] of asArray(body['messages']).map(asObject).entries()) {
    for (const [at, block] of asArray(message['content']).map(asObject).entries()) {
      if (block['type'] !== 'thinking') continue;
      if (block['signature'] !== signThinking(asString(block['thinking']))) {
        return `messages.${turn}.content.${at}`;
      }
    }
  }
  return null;
}
