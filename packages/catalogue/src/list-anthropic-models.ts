import type { Catalogue } from './catalogue.ts';
import type { Model } from './catalogue-data.ts';
import { type ListOptions, listModels, servedModels } from './list-models.ts';

/** An entry of GET /anthropic/v1/models, in Anthropic's shape. */
export interface AnthropicListedModel {
  readonly type: 'model';
  readonly id: string;
  readonly display_name: string;
  /** RFC 3339. */
  readonly created_at: string;
  readonly max_input_tokens: number | null;
  readonly max_tokens: number | null;
  readonly capabilities: Readonly<Record<string, { readonly supported: boolean }>> | null;
}

export interface AnthropicModelPage {
  readonly data: readonly AnthropicListedModel[];
  readonly has_more: boolean;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

/**
 * Claude clients keep only ids that begin with `claude` or `anthropic`: models of that name stay as they are,
 * all else is listed as `anthropic/<id>`, which resolves to the same thing. Image models cannot be called here.
 */
export function listAnthropicModels(
  catalogue: Catalogue,
  options: ListOptions,
): AnthropicListedModel[] {
  const aliases = listModels(catalogue, options)
    .filter((entry) => entry.profile !== 'direct' && entry.lane !== 'image')
    .map((entry) => ({
      ...shared(catalogue),
      id: `anthropic/${entry.id}`,
      display_name: entry.display_name,
      max_input_tokens: entry.context_window,
      max_tokens: entry.max_output_tokens,
      capabilities: null,
    }));
  const models = servedModels(catalogue, options)
    .filter((model) => model.lane !== 'image')
    .map((model) => modelEntry(catalogue, model));
  return [...aliases, ...models];
}

/** Anthropic's paging: `limit` 1–1000 (20 by default), `after_id` forwards, `before_id` backwards. */
export function pageAnthropicModels(
  all: readonly AnthropicListedModel[],
  page: { limit?: number; afterId?: string; beforeId?: string },
): AnthropicModelPage {
  const limit = Math.min(1000, Math.max(1, Math.trunc(page.limit ?? 20)));
  const position = (id: string | undefined) => all.findIndex((model) => model.id === id);
  const after = position(page.afterId);
  const before = position(page.beforeId);
  const end = before >= 0 ? before : Math.min(all.length, after + 1 + limit);
  const start = before >= 0 ? Math.max(0, before - limit) : after + 1;
  const data = all.slice(start, end);
  return {
    data,
    has_more: before >= 0 ? start > 0 : end < all.length,
    first_id: data[0]?.id ?? null,
    last_id: data[data.length - 1]?.id ?? null,
  };
}

function modelEntry(catalogue: Catalogue, model: Model): AnthropicListedModel {
  const { vision, pdf, jsonSchema, reasoning } = model.capabilities;
  return {
    ...shared(catalogue),
    id: model.id.startsWith('claude') ? model.id : `anthropic/${model.id}`,
    display_name: model.id,
    max_input_tokens: model.contextWindow,
    max_tokens: model.maxOutputTokens,
    capabilities: {
      image_input: { supported: vision },
      pdf_input: { supported: pdf },
      structured_outputs: { supported: jsonSchema },
      thinking: { supported: reasoning },
    },
  };
}

function shared(catalogue: Catalogue) {
  return {
    type: 'model',
    created_at: new Date(catalogue.createdUnixS * 1000).toISOString(),
  } as const;
}
