import { asRecord } from './usage.ts';

/**
 * Members that hold no words for a model: addresses, blobs, seals, ids. Everything else of a
 * message is read, because a token too many in an estimate is better than content that is free.
 */
const NO_WORDS = new Set([
  'type',
  'role',
  'id',
  'call_id',
  'tool_use_id',
  'tool_call_id',
  'file_id',
  'url',
  'image_url',
  'file_url',
  'file_data',
  'data',
  'signature',
  'encrypted_content',
  'encrypted_index',
  'media_type',
  'cache_control',
  'status',
  'detail',
]);

/** All words below a value, each followed by a line end. */
export function collectText(value: unknown, into: string[] = []): string[] {
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next === 'string') into.push(next);
    else if (Array.isArray(next)) {
      for (let i = next.length - 1; i >= 0; i--) pending.push(next[i]);
    } else {
      const record = asRecord(next);
      if (record === undefined) continue;
      const entries = Object.entries(record);
      for (let i = entries.length - 1; i >= 0; i--) {
        const [name, inner] = entries[i] as [string, unknown];
        if (!NO_WORDS.has(name)) pending.push(inner);
      }
    }
  }
  return into;
}

/** Tool definitions as a model sees them: their JSON. */
export function toolText(tools: unknown): string[] {
  return Array.isArray(tools) ? tools.map((tool) => JSON.stringify(tool) ?? '') : [];
}
