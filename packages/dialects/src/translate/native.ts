import type { JsonObject, Native, NoteCode, Notes } from '@fluxrouter/conversation';

/** What was kept for this dialect, to be spread into its object. */
export function own(native: Native | undefined, key: string): JsonObject | undefined {
  return native?.[key];
}

/** Native members of an object and of the one nested in it, each under its own key. */
export function natives(
  dialect: string,
  outer: JsonObject | undefined,
  inner?: JsonObject | undefined,
): Native | undefined {
  if (outer === undefined && inner === undefined) return undefined;
  return {
    ...(outer === undefined ? {} : { [dialect]: outer }),
    ...(inner === undefined ? {} : { [`${dialect}/inner`]: inner }),
  };
}

/** Members by which providers name, date and mark their own objects: nobody else misses them. */
const nothingLost: ReadonlySet<string> = new Set([
  'id',
  'index',
  'object',
  'type',
  'role',
  'status',
  'phase',
  'created',
  'created_at',
  'completed_at',
  'stop_sequence',
  'logprobs',
  'caller',
  // Read already, and kept only because of the form that they were given in.
  'max_tokens',
  'stop',
  'stream_options',
  'store',
  'include',
  'top_logprobs',
  'output_config',
  'text',
  'reasoning',
]);

/** What an answer tells of its provider, and what it repeats of its request: the client knows it. */
const repeated: ReadonlySet<string> = new Set([
  'background',
  'container',
  'context_management',
  'error',
  'incomplete_details',
  'instructions',
  'max_output_tokens',
  'max_tool_calls',
  'metadata',
  'output_text',
  'parallel_tool_calls',
  'previous_response_id',
  'prompt_cache_key',
  'prompt_cache_retention',
  'safety_identifier',
  'service_tier',
  'stop_details',
  'system_fingerprint',
  'temperature',
  'tool_choice',
  'tools',
  'top_p',
  'truncation',
  'user',
]);

/** Where the notes of an answer's own members point. */
export const ANSWER = 'answer';

/** Fields whose documented names may stand in a note; any other name is a client's word. */
const documented: ReadonlySet<string> = new Set([
  'audio',
  'background',
  'container',
  'context_management',
  'functions',
  'function_call',
  'inference_geo',
  'instructions',
  'logit_bias',
  'max_tool_calls',
  'mcp_servers',
  'metadata',
  'modalities',
  'moderation',
  'prediction',
  'prompt_cache_key',
  'prompt_cache_retention',
  'safety_identifier',
  'service_tier',
  'speed',
  'thread',
  'truncation',
  'user',
  'web_search_options',
]);

const codes: Readonly<Record<string, NoteCode>> = {
  cache_control: 'cache_hint',
  annotations: 'citations',
  citations: 'citations',
  conversation: 'kept_state',
  previous_response_id: 'kept_state',
  prompt: 'kept_state',
  // Of `text` and `output_config`, where it is in no form that is known.
  format: 'output_format',
  response_format: 'output_format',
  tool_choice: 'tool_choice',
  functions: 'tool',
  function_call: 'tool',
};

/** Notes what was kept for other dialects than the target's. `carried`: members that
 * both of OpenAI's dialects have. */
export function noteNatives(
  notes: Notes,
  native: Native | undefined,
  target: string,
  path: string,
  carried: readonly string[] = [],
): void {
  if (native === undefined) return;
  for (const key in native) {
    const slash = key.indexOf('/');
    if (slash >= 0 && key.endsWith('/form')) continue;
    if ((slash < 0 ? key : key.slice(0, slash)) === target) continue;
    const along = key.startsWith('openai-') ? carried : [];
    const members = native[key] as JsonObject;
    let unnamed = false;
    for (const name in members) {
      if (path === ANSWER && repeated.has(name)) continue;
      if (nothingLost.has(name) || along.includes(name) || isNothing(members[name])) continue;
      const code = Object.hasOwn(codes, name) ? codes[name] : undefined;
      if (code !== undefined) notes.dropped(code, path);
      else if (documented.has(name)) notes.dropped('native_field', join(path, name));
      else unnamed = true;
    }
    if (unnamed) notes.dropped('native_field', path === '' ? 'request' : path);
  }
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** What a vendor writes where it has nothing to say. */
function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '') return true;
  if (typeof value !== 'object') return false;
  return Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;
}
