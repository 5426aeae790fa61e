import type { Refusal } from './errors.ts';
import type { JsonObject } from './json.ts';
import type { Route } from './providers.ts';

const modelsByProvider: Record<string, readonly string[]> = {
  openai: ['gpt-5-nano', 'gpt-5-mini', 'gpt-5.4-mini', 'gpt-5.4'],
  anthropic: ['claude-haiku-4-5', 'claude-sonnet-4-6', 'claude-sonnet-5', 'claude-opus-4-8'],
};
// 2026-01-01, so that the list is the same every day.
const createdSeconds = 1_767_225_600;

/** A few models as the vendor lists them, or one of any name: the sandbox stands in for all. */
export function listModels(route: Route, path: string): { body: JsonObject } | Refusal {
  const describe = route.provider.name === 'anthropic' ? anthropicModel : openaiModel;
  const at = path.indexOf('/models/');
  if (at !== -1) {
    const id = decodeId(path.slice(at + '/models/'.length));
    return id === 'sandbox-no-such-model'
      ? { status: 404, message: `The model '${id}' does not exist`, code: 'model_not_found' }
      : { body: describe(id) };
  }
  const data = (modelsByProvider[route.provider.name] ?? []).map(describe);
  if (route.provider.name !== 'anthropic') return { body: { object: 'list', data } };
  const ids = data.map((model) => model['id']);
  return { body: { data, has_more: false, first_id: ids.at(0), last_id: ids.at(-1) } };
}

function decodeId(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function openaiModel(id: string): JsonObject {
  return { id, object: 'model', created: createdSeconds, owned_by: 'fluxrouter-sandbox' };
}

function anthropicModel(id: string): JsonObject {
  return {
    type: 'model',
    id,
    display_name: `${id} (sandbox)`,
    created_at: new Date(createdSeconds * 1000).toISOString(),
    max_input_tokens: 200_000,
    max_tokens: 64_000,
    capabilities: null,
    lifecycle: 'active',
    deprecated_at: null,
    retires_at: null,
    line: null,
  };
}
