export { canonicalJson, contentHash } from './content-hash.ts';
export {
  divideHalfEven,
  formatUsd,
  formatUsdPerMillion,
  PICO_PER_USD,
  parseDecimal,
  parseUsd,
  parseUsdPerMillion,
} from './money.ts';
export {
  type Charge,
  type ChargeInput,
  chargeFor,
  directCost,
  type PricedUsage,
  type PriceLine,
  priceUsage,
  type WorstCase,
  worstCaseCost,
} from './price-usage.ts';
export {
  type AtCostCardDefinition,
  buildRateCard,
  type LaneCardDefinition,
  lookupListRow,
  lookupRow,
  type RateCard,
  type RateCardDefinition,
  rateCardAt,
  rateCardDefinitions,
} from './rate-card.ts';
export {
  isPriced,
  type LaneFloor,
  type ListPrice,
  laneRow,
  listRow,
  markedUpRow,
  type PricedLane,
  type PricedModel,
  type RateRow,
} from './rate-row.ts';
export { savingsTenths, tenthsToPercent } from './savings.ts';
export { BILLED_UNITS, type BilledUnit, type Usage, usageProblems } from './usage.ts';
