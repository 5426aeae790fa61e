import { formatUsd, formatUsdPerMillion, lookupRow, type RateCard } from '@fluxrouter/pricing';
import type { Catalogue } from './catalogue.ts';
import type { Capabilities, Dialect, Lane, LaneDefinition, Model } from './catalogue-data.ts';
import { AUTO_ALIAS, PIN_PREFIX } from './name-index.ts';

/** USD per 1M tokens, `image` USD per image; exact decimals. null: no price (not served, or not billed so). */
export interface ListedRates {
  readonly input: string | null;
  readonly output: string | null;
  readonly cache_read: string | null;
  readonly cache_write_5m: string | null;
  readonly cache_write_1h: string | null;
  readonly image: string | null;
}

/** An entry of GET /v1/models: OpenAI's four members and ours. */
export interface ListedModel {
  readonly id: string;
  readonly object: 'model';
  /** Unix seconds. */
  readonly created: number;
  readonly owned_by: string;
  readonly display_name: string;
  /** `auto`, `tier` (a lane alias) or `direct` (a pin): the profile that a request for it has. */
  readonly profile: 'auto' | 'tier' | 'direct';
  readonly lane: Lane | null;
  /** The catalogue id that answers: of a lane alias its default here; null where the router decides. */
  readonly backing_model: string | null;
  readonly dialects: readonly Dialect[];
  readonly context_window: number | null;
  readonly max_output_tokens: number | null;
  readonly capabilities: Capabilities | null;
  readonly rates: ListedRates | null;
}

export interface ListOptions {
  readonly card: RateCard;
  /** Ids of the providers that this deployment has credentials for. */
  readonly servableProviders: ReadonlySet<string>;
}

/** What this deployment can serve: `flux-auto`, the lane aliases, then a pin for each model, in catalogue order. */
export function listModels(catalogue: Catalogue, options: ListOptions): ListedModel[] {
  const served = servedModels(catalogue, options);
  const aliases = [...catalogue.lanes.values()].flatMap((lane) => {
    const entry = laneEntry(catalogue, lane, served, options);
    return entry === undefined ? [] : [entry];
  });
  const text = aliases.filter((entry) => entry.lane !== 'image');
  const auto = text.length === 0 ? [] : [autoEntry(catalogue, text)];
  const pins = served.map((model) => pinEntry(catalogue, model, options));
  return [...auto, ...aliases, ...pins];
}

/** The models behind the list: their provider is configured. */
export function servedModels(catalogue: Catalogue, { servableProviders }: ListOptions): Model[] {
  return [...catalogue.models.values()].filter(({ provider }) => servableProviders.has(provider));
}

function autoEntry(catalogue: Catalogue, lanes: readonly ListedModel[]): ListedModel {
  return {
    id: AUTO_ALIAS,
    object: 'model',
    created: catalogue.createdUnixS,
    owned_by: 'fluxrouter',
    display_name: 'Flux Auto',
    profile: 'auto',
    lane: null,
    backing_model: null,
    dialects: [...new Set(lanes.flatMap((entry) => entry.dialects))],
    context_window: largest(lanes.map((entry) => entry.context_window)),
    max_output_tokens: largest(lanes.map((entry) => entry.max_output_tokens)),
    capabilities: null,
    rates: null,
  };
}

function laneEntry(
  catalogue: Catalogue,
  lane: LaneDefinition,
  served: readonly Model[],
  { card }: ListOptions,
): ListedModel | undefined {
  const chain = lane.chain.flatMap((id) => served.find((model) => model.id === id) ?? []);
  const first = chain[0];
  if (first === undefined) return undefined;
  return {
    ...modelEntry(catalogue, first, card),
    id: lane.alias,
    owned_by: 'fluxrouter',
    display_name: `Flux ${lane.displayName}`,
    profile: 'tier',
    lane: lane.lane,
    dialects: [...new Set(chain.flatMap((model) => model.dialects))],
  };
}

function pinEntry(catalogue: Catalogue, model: Model, { card }: ListOptions): ListedModel {
  return { ...modelEntry(catalogue, model, card), id: PIN_PREFIX + model.id };
}

function modelEntry(catalogue: Catalogue, model: Model, card: RateCard): ListedModel {
  return {
    id: model.id,
    object: 'model',
    created: catalogue.createdUnixS,
    owned_by: model.provider,
    display_name: model.id,
    profile: 'direct',
    lane: model.lane,
    backing_model: model.id,
    dialects: model.dialects,
    context_window: model.contextWindow,
    max_output_tokens: model.maxOutputTokens,
    capabilities: model.capabilities,
    rates: listedRates(card, model.id),
  };
}

function listedRates(card: RateCard, modelId: string): ListedRates | null {
  const row = lookupRow(card, modelId);
  if (row === undefined) return null;
  const perMillion = (rate: bigint | null) => (rate === null ? null : formatUsdPerMillion(rate));
  return {
    input: perMillion(row.input),
    output: perMillion(row.output),
    cache_read: perMillion(row.cacheRead),
    cache_write_5m: perMillion(row.cacheWrite5m),
    cache_write_1h: perMillion(row.cacheWrite1h),
    image: row.images === null ? null : formatUsd(row.images),
  };
}

function largest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
