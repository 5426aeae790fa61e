import type { RateCard, Usage } from '@fluxrouter/pricing';
import {
  chargeFor,
  directCost,
  lookupListRow,
  lookupRow,
  savingsTenths,
} from '@fluxrouter/pricing';

export interface AttemptPrice {
  /** Pico-USD, all of them. */
  readonly cost: bigint;
  readonly charged: bigint;
  readonly house: bigint;
  readonly direct: bigint;
  /** Tenths of a percent; undefined where nothing was used. */
  readonly savings: number | undefined;
}

export interface AttemptToPrice {
  readonly usage: Usage;
  readonly servedModel: string;
  readonly routedModel: string;
  readonly baselineModel: string;
  /** The client pays: it was accepted, and it came to something. */
  readonly payable: boolean;
  /** 0: no hold. */
  readonly hold: bigint;
}

export const FREE: AttemptPrice = {
  cost: 0n,
  charged: 0n,
  house: 0n,
  direct: 0n,
  savings: undefined,
};

/**
 * What an attempt costs: `charged = min(cost, hold)` where the client pays, the rest is the house's.
 * @throws RangeError where the card has no row for a model that was served: a fault of the catalogue.
 */
export function priceAttempt(card: RateCard, attempt: AttemptToPrice): AttemptPrice {
  const { usage, servedModel, routedModel } = attempt;
  if (!usesTokens(usage)) return FREE;
  const servedRow = lookupRow(card, servedModel);
  const routedRow = lookupRow(card, routedModel);
  const listRow = lookupListRow(card, servedModel);
  const baseline = lookupListRow(card, attempt.baselineModel);
  if (servedRow === undefined || routedRow === undefined || listRow === undefined) {
    throw new RangeError(`no price for ${servedModel} in ${card.version}`);
  }
  const fallback = servedModel !== routedModel;
  const cost = chargeFor({ servedRow, routedRow, usage, fallback }).total;
  const withinHold = attempt.hold > 0n && cost > attempt.hold ? attempt.hold : cost;
  const charged = attempt.payable ? withinHold : 0n;
  return {
    cost,
    charged,
    house: cost - charged,
    direct: directCost(usage, listRow),
    savings: baseline === undefined ? undefined : savingsTenths(usage, charged, baseline),
  };
}

export function usesTokens(usage: Usage): boolean {
  return Object.values(usage).some((count) => count !== undefined && count > 0);
}
