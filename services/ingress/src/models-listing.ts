import {
  type AnthropicListedModel,
  type Catalogue,
  type ListedModel,
  type ListOptions,
  listAnthropicModels,
  listModels,
  pageAnthropicModels,
  resolveModelName,
} from '@fluxrouter/catalogue';
import { fluxError } from '@fluxrouter/errors';
import { refuseUnknown } from '@fluxrouter/routing-rules';
import type { ModelListing } from './ports.ts';

/** The listing of what can be served, worked out once: it changes with a restart only. */
export function makeModelListing(catalogue: Catalogue, options: ListOptions): ModelListing {
  const openai = listModels(catalogue, options);
  const anthropic = listAnthropicModels(catalogue, options);

  /** By its listed id, or by any other name that the model has. */
  function find<Entry extends { readonly id: string }>(
    entries: readonly Entry[],
    id: string,
    idOfModel: (model: string) => string[],
  ): Entry | undefined {
    const listed = entries.find((entry) => entry.id === id);
    if (listed !== undefined) return listed;
    const resolved = resolveModelName(catalogue, id);
    if (resolved.kind === 'unknown') return undefined;
    const wanted =
      resolved.kind === 'auto'
        ? ['flux-auto', 'anthropic/flux-auto']
        : resolved.kind === 'lane'
          ? [`flux-${resolved.lane}`, `anthropic/flux-${resolved.lane}`]
          : idOfModel(resolved.model.id);
    return entries.find((entry) => wanted.includes(entry.id));
  }

  return {
    openai: () => openai,
    openaiModel: (id) => find<ListedModel>(openai, id, (model) => [`flux-pinned-${model}`]),
    anthropicPage(query) {
      const limit = Number(query.get('limit') ?? 20);
      const afterId = query.get('after_id');
      const beforeId = query.get('before_id');
      return pageAnthropicModels(anthropic, {
        limit: Number.isFinite(limit) ? limit : 20,
        ...(afterId === null ? {} : { afterId }),
        ...(beforeId === null ? {} : { beforeId }),
      });
    },
    knows: (name) => resolveModelName(catalogue, name).kind !== 'unknown',
    unknown(name) {
      const { servableProviders } = options;
      const servable = (id: string): boolean =>
        servableProviders.has(catalogue.models.get(id)?.provider ?? '');
      const resolved = resolveModelName(catalogue, name, { servable });
      return fluxError('model_not_found', {
        // A model that is known, but not to be had here, resembles none so much as itself.
        ...(resolved.kind === 'unknown' ? refuseUnknown(resolved.nearest) : {}),
        param: 'model',
      });
    },
    anthropicModel: (id) =>
      find<AnthropicListedModel>(anthropic, id, (model) => [model, `anthropic/${model}`]),
  };
}
