import { divideHalfEven } from './money.ts';
import { priceUsage } from './price-usage.ts';
import type { RateRow } from './rate-row.ts';
import type { Usage } from './usage.ts';

/**
 * Savings against the baseline model's list price for the same tokens, in tenths of a percent: 874 is 87.4 %.
 * Half-even at the tenth; negative where it cost more. undefined: nothing was used that the baseline has a price for
 * (an image, say), so there is nothing to compare.
 */
export function savingsTenths(
  usage: Usage,
  costPicoUsd: bigint,
  baselineListRow: RateRow,
): number | undefined {
  const baseline = priceUsage(usage, baselineListRow);
  if (baseline.total === 0n || baseline.unpriced.length > 0) return undefined;
  return Number(divideHalfEven((baseline.total - costPicoUsd) * 1000n, baseline.total));
}

/** Tenths of a percent as the percentage that headers and the `routor` object show: 874 → 87.4. */
export function tenthsToPercent(tenths: number): number {
  return tenths / 10;
}
