import type { Usage } from '@fluxrouter/pricing';

export type { Usage };

/** While it is being put together. */
export type UsageDraft = { -readonly [Bucket in keyof Usage]: Usage[Bucket] };

/** No model's window is near it; a number beyond is an upstream's fault, not a count. */
const ABSURD_TOKENS = 1_000_000_000;

/** A count as a vendor reports it; what is no count at all is not reported. */
export function tokenCount(value: unknown): number | undefined {
  return typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= 0 &&
    value <= ABSURD_TOKENS
    ? value
    : undefined;
}

/** `total` less its parts; not below zero, whatever the vendor added up. */
export function remainder(
  total: number | undefined,
  ...parts: readonly (number | undefined)[]
): number | undefined {
  if (total === undefined) return undefined;
  let rest = total;
  for (const part of parts) rest -= part ?? 0;
  return Math.max(rest, 0);
}

/** The usage with its unreported buckets left out; null where nothing was reported. */
export function finishUsage(draft: UsageDraft): Usage | null {
  const usage: UsageDraft = {};
  let any = false;
  for (const bucket of buckets) {
    const count = draft[bucket];
    if (count === undefined) continue;
    usage[bucket] = count;
    any = true;
  }
  return any ? usage : null;
}

const buckets = [
  'input',
  'cacheRead',
  'cacheWrite5m',
  'cacheWrite1h',
  'output',
  'reasoning',
  'images',
] as const satisfies readonly (keyof Usage)[];

/** A later report over an earlier one: its buckets replace, what it leaves out stays. */
export function mergeUsage(earlier: Usage | null, later: Usage | null): Usage | null {
  if (earlier === null) return later;
  return later === null ? earlier : { ...earlier, ...later };
}

/** A JSON object, or undefined: for reading what an upstream says without trusting its form. */
export function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
