/**
 * What a request used, in disjoint buckets, one for each unit that is billed. `undefined`: not reported; `0`: none.
 * Tokens, but for `images` (a count). The tokens that an image itself is made of are not in `output`.
 */
export interface Usage {
  readonly input?: number | undefined;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite5m?: number | undefined;
  readonly cacheWrite1h?: number | undefined;
  readonly output?: number | undefined;
  /** Part of `output`, never billed on its own. */
  readonly reasoning?: number | undefined;
  readonly images?: number | undefined;
}

/** The buckets that are billed, in the order of an invoice's lines. */
export const BILLED_UNITS = [
  'input',
  'cacheRead',
  'cacheWrite5m',
  'cacheWrite1h',
  'output',
  'images',
] as const;

export type BilledUnit = (typeof BILLED_UNITS)[number];

/** Every bucket that cannot be billed as it stands: not a whole number from 0 to 2^53 − 1. */
export function usageProblems(usage: Usage): string[] {
  const problems: string[] = [];
  for (const unit of [...BILLED_UNITS, 'reasoning'] as const) {
    const quantity = usage[unit];
    if (quantity !== undefined && !(Number.isSafeInteger(quantity) && quantity >= 0)) {
      problems.push(`${unit} is not a count: ${quantity}`);
    }
  }
  return problems;
}
