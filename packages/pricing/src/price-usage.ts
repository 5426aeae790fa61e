import type { RateRow } from './rate-row.ts';
import { BILLED_UNITS, type BilledUnit, type Usage, usageProblems } from './usage.ts';

export interface PriceLine {
  readonly unit: BilledUnit;
  readonly quantity: number;
  /** Pico-USD per token or image. */
  readonly rate: bigint;
  /** quantity × rate, pico-USD, exact. */
  readonly amount: bigint;
}

export interface PricedUsage {
  /** Pico-USD, the sum of the lines; nothing is rounded. */
  readonly total: bigint;
  readonly lines: readonly PriceLine[];
  /** Units that were used and have no price. A request that may need one is refused beforehand. */
  readonly unpriced: readonly BilledUnit[];
}

/**
 * The one price function: streamed or not, provider's count or estimate, the same usage costs the same.
 * A bucket that is no count is a bug of the dialect that made it, and a RangeError (`usageProblems` tells beforehand).
 */
export function priceUsage(usage: Usage, row: RateRow): PricedUsage {
  const problems = usageProblems(usage);
  if (problems.length > 0) throw new RangeError(problems.join('; '));
  const lines: PriceLine[] = [];
  const unpriced: BilledUnit[] = [];
  let total = 0n;
  for (const unit of BILLED_UNITS) {
    const quantity = usage[unit] ?? 0;
    if (quantity === 0) continue;
    const rate = row[unit];
    if (rate === null) {
      unpriced.push(unit);
      continue;
    }
    const amount = BigInt(quantity) * rate;
    lines.push({ unit, quantity, rate, amount });
    total += amount;
  }
  return { total, lines, unpriced };
}

/** What the provider's list price makes of it, pico-USD: `directCostUsd`. */
export function directCost(usage: Usage, servedListRow: RateRow): bigint {
  return priceUsage(usage, servedListRow).total;
}

export interface ChargeInput {
  readonly servedRow: RateRow;
  /** The row of the model that the router chose first. */
  readonly routedRow: RateRow;
  readonly usage: Usage;
  /** True where the served model is a fallback of ours. */
  readonly fallback: boolean;
}

export interface Charge extends PricedUsage {
  /** True where the routed model's price was the lower one and took the place of the served model's. */
  readonly capped: boolean;
}

/**
 * The served model's row applies; after a fallback of ours never more than the routed model's row would have cost.
 * Where the routed row lacks a price for a used unit it cannot serve as a cap.
 */
export function chargeFor({ servedRow, routedRow, usage, fallback }: ChargeInput): Charge {
  const served = priceUsage(usage, servedRow);
  if (!fallback) return { ...served, capped: false };
  const routed = priceUsage(usage, routedRow);
  const capped = routed.unpriced.length === 0 && routed.total < served.total;
  return capped ? { ...routed, capped } : { ...served, capped };
}

export interface WorstCase {
  /** An upper bound of the input tokens, whichever bucket they end up in. */
  readonly inputTokensMax: number;
  /** The max tokens that is enforced upstream, times `n`. */
  readonly outputTokensMax: number;
  readonly imagesMax: number;
}

/** The most a request can cost under a row, pico-USD: every input token at the dearest input rate. For holds. */
export function worstCaseCost(bound: WorstCase, row: RateRow): bigint {
  const dearest = [row.input, row.cacheRead, row.cacheWrite5m, row.cacheWrite1h].reduce<bigint>(
    (most, rate) => (rate !== null && rate > most ? rate : most),
    0n,
  );
  return (
    BigInt(bound.inputTokensMax) * dearest +
    BigInt(bound.outputTokensMax) * (row.output ?? 0n) +
    BigInt(bound.imagesMax) * (row.images ?? 0n)
  );
}
