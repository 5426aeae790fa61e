import { contentHash } from '@fluxrouter/pricing';
import lanesData from '../data/lanes.json' with { type: 'json' };
import modelsData from '../data/models.json' with { type: 'json' };
import providersData from '../data/providers.json' with { type: 'json' };
import type { CatalogueData, Lane, LaneDefinition, Model, Provider } from './catalogue-data.ts';
import { checkCatalogue } from './check-catalogue.ts';
import { indexNames, type NameIndex } from './name-index.ts';

export interface Catalogue {
  /** Hash of all of its data: equal versions mean equal models, lanes and providers. */
  readonly version: string;
  readonly createdUnixS: number;
  readonly baseline: Model;
  readonly models: ReadonlyMap<string, Model>;
  readonly lanes: ReadonlyMap<Lane, LaneDefinition>;
  /** The models of each lane's chain, in its order. */
  readonly laneModels: ReadonlyMap<Lane, readonly Model[]>;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly names: NameIndex;
}

/** The catalogue that ships with this version. */
export const catalogueData: CatalogueData = {
  createdUnixS: modelsData.createdUnixS,
  baseline: modelsData.baseline,
  models: modelsData.models as readonly Model[],
  lanes: lanesData.lanes as readonly LaneDefinition[],
  providers: providersData.providers as readonly Provider[],
};

/** Checks the data and makes its indexes. Throws one Error that lists every problem. */
export function buildCatalogue(data: CatalogueData = catalogueData): Catalogue {
  const problems = checkCatalogue(data);
  if (problems.length > 0) {
    throw new Error(`the catalogue has ${problems.length} problems:\n- ${problems.join('\n- ')}`);
  }
  const models = new Map(data.models.map((model) => [model.id, model]));
  const baseline = models.get(data.baseline);
  if (baseline === undefined) throw new Error('unreachable: checkCatalogue looks for the baseline');
  return Object.freeze({
    version: contentHash('cat_', data),
    createdUnixS: data.createdUnixS,
    baseline,
    models,
    lanes: new Map(data.lanes.map((lane) => [lane.lane, lane])),
    laneModels: new Map(
      data.lanes.map(({ lane, chain }) => [lane, chain.flatMap((id) => models.get(id) ?? [])]),
    ),
    providers: new Map(data.providers.map((provider) => [provider.id, provider])),
    names: indexNames(data),
  });
}
