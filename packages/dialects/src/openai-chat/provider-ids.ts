import type { ProviderId } from '../dialect.ts';
import { fileOfAddress, idOf, idsOf } from '../provider-files.ts';
import { asRecord } from '../usage.ts';

/** Ids of things kept at a provider, in a chat request of any vendor of this dialect. */
export function providerIds(parsed: Record<string, unknown>): ProviderId[] {
  const found: ProviderId[] = [];
  const { messages } = parsed;
  if (Array.isArray(messages)) {
    for (let i = 0; i < messages.length; i++) {
      const message = asRecord(messages[i]);
      if (message === undefined) continue;
      const { content } = message;
      const path = `messages[${i}]`;
      const audio = asRecord(message['audio']);
      if (audio !== undefined) found.push(...idOf(audio['id'], 'audio', `${path}.audio.id`));
      // Alibaba's long-context models take `fileid://…` as a message's text.
      if (typeof content === 'string') found.push(...fileOfAddress(content, `${path}.content`));
      else if (Array.isArray(content)) findInParts(content, `${path}.content`, found);
    }
  }
  found.push(...idOf(parsed['previous_response_id'], 'response', 'previous_response_id'));
  const cache = asRecord(parsed['prompt_cache_options']);
  if (cache !== undefined) {
    const param = 'prompt_cache_options.comparison_response_id';
    found.push(...idOf(cache['comparison_response_id'], 'response', param));
  }
  found.push(...idsOf(parsed['vector_store_ids'], 'vector_store', 'vector_store_ids'));
  found.push(...idsOf(parsed['file_ids'], 'file', 'file_ids'));
  return found;
}

function findInParts(parts: readonly unknown[], path: string, found: ProviderId[]): void {
  for (let i = 0; i < parts.length; i++) {
    const part = asRecord(parts[i]);
    if (part === undefined) continue;
    const at = `${path}[${i}]`;
    found.push(...idOf(part['file_id'], 'file', `${at}.file_id`));
    if (typeof part['text'] === 'string') found.push(...fileOfAddress(part['text'], `${at}.text`));
    for (const name of ['file', 'image_url', 'video_url', 'document_url', 'file_url'] as const) {
      const value = part[name];
      const inner = asRecord(value);
      if (inner === undefined) {
        found.push(...fileOfAddress(value, `${at}.${name}`));
        continue;
      }
      found.push(...idOf(inner['file_id'], 'file', `${at}.${name}.file_id`));
      found.push(...fileOfAddress(inner['url'], `${at}.${name}.url`));
    }
  }
}
