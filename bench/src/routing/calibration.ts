import { decideItem } from './decisions.ts';
import type { DevItem } from './dev-set.ts';

const FOLDS = 5;
const BINS = 10;

/**
 * Calibration error of a confidence that is learned, by tier of score, on four fifths of the labelled items and stated
 * for the last one: what the shipped table would have shown on items that it was not made from.
 */
export function outOfFoldEce(items: readonly DevItem[], parts: (item: DevItem) => string): number {
  const scored = items.flatMap((item) => {
    if (item.q === undefined) return [];
    const { lane, score, confidence } = decideItem(item);
    const own = item.q[lane as keyof typeof item.q];
    const right = own >= Math.max(item.q.fast, item.q.standard, item.q.reasoning) - 1e-9 ? 1 : 0;
    return [
      { bin: `${lane}/${Math.floor(score * 2)}`, lane, right, confidence, part: parts(item) },
    ];
  });
  const told: [confidence: number, right: number][] = [];
  for (const part of new Set(scored.map((item) => item.part))) {
    const rates = ratesOf(scored.filter((item) => item.part !== part));
    for (const item of scored) {
      if (item.part !== part) continue;
      told.push([rates.get(item.bin) ?? rates.get(item.lane) ?? 0.5, item.right]);
    }
  }
  return ece(told);
}

/** Right answers by bin and, for bins that are empty, by lane; a bin of few leans on its lane. */
function ratesOf(items: readonly { bin: string; lane: string; right: number }[]) {
  const rates = new Map<string, number>();
  for (const key of ['lane', 'bin'] as const) {
    for (const [name, group] of Map.groupBy(items, (item) => item[key])) {
      const prior = rates.get(group[0]?.lane ?? '') ?? 0.5;
      const right = group.reduce((total, item) => total + item.right, 0);
      rates.set(name, (right + 10 * prior) / (group.length + 10));
    }
  }
  return rates;
}

function ece(pairs: readonly (readonly [confidence: number, right: number])[]): number {
  let error = 0;
  for (const bin of Map.groupBy(pairs, ([c]) =>
    Math.min(BINS - 1, Math.floor(c * BINS)),
  ).values()) {
    const stated = bin.reduce((total, [confidence]) => total + confidence, 0);
    const right = bin.reduce((total, [, each]) => total + each, 0);
    error += Math.abs(stated - right);
  }
  return error / pairs.length;
}

export function foldOfId(item: DevItem): string {
  let sum = 0;
  for (const sign of item.id) sum = (sum * 31 + sign.charCodeAt(0)) % 100_003;
  return String(sum % FOLDS);
}
