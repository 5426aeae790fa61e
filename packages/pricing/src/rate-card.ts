import rateCardData from '../data/rate-cards.json' with { type: 'json' };
import { contentHash } from './content-hash.ts';
import { parseDecimal, parseUsdPerMillion } from './money.ts';
import {
  laneRow,
  listRow,
  markedUpRow,
  type PricedLane,
  type PricedModel,
  type RateRow,
} from './rate-row.ts';

interface CardBase {
  readonly name: string;
  /** RFC 3339 UTC. The card holds for requests received from this moment on. */
  readonly validFrom: string;
}

/** "Starts at": no model costs less than its lane's floor, USD per 1M tokens. */
export interface LaneCardDefinition extends CardBase {
  readonly kind: 'lanes';
  readonly floorsUsdPer1M: Readonly<
    Record<PricedLane, { readonly input: string; readonly output: string }>
  >;
}

/** For those who host it for themselves: list price × (1 + markup); `markup` as a decimal, `0.05` is 5 %. */
export interface AtCostCardDefinition extends CardBase {
  readonly kind: 'at-cost';
  readonly markup: string;
}

export type RateCardDefinition = LaneCardDefinition | AtCostCardDefinition;

/** A definition worked out for the models of one catalogue. */
export interface RateCard {
  /** Name and hash of every row: a changed price can never carry an old version. */
  readonly version: string;
  readonly kind: RateCardDefinition['kind'];
  readonly validFrom: string;
  readonly validFromMs: number;
  readonly rows: ReadonlyMap<string, RateRow>;
  /** List prices of the same moment, for `directCostUsd` and savings. */
  readonly listRows: ReadonlyMap<string, RateRow>;
}

/** The cards that ship with this version, oldest first. */
export const rateCardDefinitions = rateCardData.cards as readonly RateCardDefinition[];

export function buildRateCard(
  definition: RateCardDefinition,
  models: readonly PricedModel[],
): RateCard {
  const rowOf = rowMaker(definition);
  const rows = new Map(models.map((model) => [model.id, rowOf(model)]));
  const listRows = new Map(models.map((model) => [model.id, listRow(model)]));
  return Object.freeze({
    version: contentHash(`${definition.name}@`, [definition, [...rows], [...listRows]]),
    kind: definition.kind,
    validFrom: definition.validFrom,
    validFromMs: Date.parse(definition.validFrom),
    rows,
    listRows,
  });
}

/** The card of a kind that holds at a request's `receivedAt`; undefined before the first. */
export function rateCardAt(
  cards: readonly RateCard[],
  kind: RateCard['kind'],
  receivedAtMs: number,
): RateCard | undefined {
  let current: RateCard | undefined;
  for (const card of cards) {
    if (card.kind !== kind || card.validFromMs > receivedAtMs) continue;
    if (current === undefined || card.validFromMs >= current.validFromMs) current = card;
  }
  return current;
}

export function lookupRow(card: RateCard, modelId: string): RateRow | undefined {
  return card.rows.get(modelId);
}

export function lookupListRow(card: RateCard, modelId: string): RateRow | undefined {
  return card.listRows.get(modelId);
}

function rowMaker(definition: RateCardDefinition): (model: PricedModel) => RateRow {
  if (definition.kind === 'at-cost') {
    const markupMillionths = parseDecimal(definition.markup, 6);
    return (model) => markedUpRow(model, markupMillionths);
  }
  const floors = definition.floorsUsdPer1M;
  return (model) =>
    laneRow(model, {
      input: parseUsdPerMillion(floors[model.lane].input),
      output: parseUsdPerMillion(floors[model.lane].output),
    });
}
