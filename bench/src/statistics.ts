/** Of sorted values; interpolates between the two that are nearest. */
function quantileOfSorted(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

export function percentile(values: readonly number[], percent: number): number {
  return quantileOfSorted(
    [...values].sort((a, b) => a - b),
    percent / 100,
  );
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The middle of several rounds and how far they lie apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: percentile(values, 0), max: percentile(values, 100) };
}

/** Of rounds that ran one after the other: each pair met the same machine, so drift cancels. */
export function pairedRatio(ours: readonly number[], floor: readonly number[]): Spread {
  return spread(ours.map((value, round) => value / (floor[round] ?? Number.NaN)));
}
