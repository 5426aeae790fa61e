export { buildCatalogue, type Catalogue, catalogueData } from './catalogue.ts';
export {
  type Capabilities,
  type CatalogueData,
  DIALECTS,
  type Dialect,
  LANES,
  type Lane,
  type LaneDefinition,
  type Model,
  type Provider,
  type ProviderQuirks,
} from './catalogue-data.ts';
export { checkCatalogue } from './check-catalogue.ts';
export {
  type AnthropicListedModel,
  type AnthropicModelPage,
  listAnthropicModels,
  pageAnthropicModels,
} from './list-anthropic-models.ts';
export { type ListedModel, type ListedRates, type ListOptions, listModels } from './list-models.ts';
export { AUTO_ALIAS, PIN_PREFIX } from './name-index.ts';
export {
  isModelName,
  type ResolvedName,
  type ResolveOptions,
  resolveModelName,
} from './resolve-model-name.ts';
