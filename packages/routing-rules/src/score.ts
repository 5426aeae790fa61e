import type { RequestFacts, TextFacts } from './facts.ts';
import { featuresOf } from './features.ts';
import { type Category, type Policy, TIERS, type Tier, type TierDefinition } from './policy.ts';

/** One named part of the score, rounded to thousandths: the score is exactly their sum. */
export interface Contribution {
  readonly name: string;
  readonly value: number;
}

export interface Assessment {
  readonly score: number;
  readonly contributions: readonly Contribution[];
  readonly category: Category;
  /** By the ask alone. */
  readonly askTier: Tier;
  /** The tier that the conversation holds a short follow-up at; null where none applied. */
  readonly historyFloor: Tier | null;
  readonly tier: Tier;
  /** 0 to 1, two decimals. */
  readonly confidence: number;
}

/** How hard a request is: the score of its ask, and the floor that the conversation before it sets. */
export function assess(facts: RequestFacts, policy: Policy): Assessment {
  const { score, contributions, category } = scoreTurn(facts.ask, facts, policy);
  const askTier = tierOf(score, policy);
  const floor = floorOf(facts, policy);
  const held = floor !== null && compareTiers(floor.tier, askTier) > 0 ? floor : null;
  return {
    score,
    contributions,
    category,
    askTier,
    historyFloor: held?.tier ?? null,
    tier: held?.tier ?? askTier,
    confidence: confidenceAt(held?.score ?? score, policy),
  };
}

function scoreTurn(turn: TextFacts, facts: RequestFacts, policy: Policy) {
  const features = featuresOf(turn, facts);
  const contributions: Contribution[] = [];
  const byCategory = new Map<Category, number>();
  let thousandths = 0;
  for (const { feature, weight, cap, category } of policy.weights) {
    const raw = weight * features[feature];
    const value = Math.round(1000 * Math.max(-cap, Math.min(cap, raw)));
    if (value === 0) continue;
    contributions.push({ name: feature, value: value / 1000 });
    byCategory.set(category, (byCategory.get(category) ?? 0) + Math.abs(value));
    thousandths += value;
  }
  return { score: thousandths / 1000, contributions, category: heaviest(byCategory) };
}

function tierOf(score: number, policy: Policy): Tier {
  let tier: Tier = TIERS[0];
  for (const definition of policy.tiers) {
    if (definition.from === null || score >= definition.from) tier = definition.tier;
  }
  return tier;
}

export function tierDefinition(tier: Tier, policy: Policy): TierDefinition {
  const definition = policy.tiers.find((candidate) => candidate.tier === tier);
  if (definition === undefined) throw new Error(`the policy lacks tier ${tier}`);
  return definition;
}

export function compareTiers(a: Tier, b: Tier): number {
  return TIERS.indexOf(a) - TIERS.indexOf(b);
}

/** A short follow-up ("yes, do it", "why?") stays where the hardest of the turns before it was. */
function floorOf(facts: RequestFacts, policy: Policy): { tier: Tier; score: number } | null {
  const { followUpWordsMax, floorMax } = policy.history;
  if (facts.history.length === 0 || facts.ask.words > followUpWordsMax) return null;
  let hardest = Number.NEGATIVE_INFINITY;
  for (const turn of facts.history) {
    hardest = Math.max(hardest, scoreTurn(turn, facts, policy).score);
  }
  const tier = tierOf(hardest, policy);
  return { tier: compareTiers(tier, floorMax) > 0 ? floorMax : tier, score: hardest };
}

function confidenceAt(score: number, policy: Policy): number {
  const points = policy.confidence;
  let below = points[0];
  for (const point of points) {
    if (below === undefined || score <= (points[0]?.score ?? 0)) break;
    if (point.score >= score) {
      const span = point.score - below.score;
      const share = span === 0 ? 0 : (score - below.score) / span;
      return round2(below.confidence + share * (point.confidence - below.confidence));
    }
    below = point;
  }
  return round2(below?.confidence ?? 0);
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}

function heaviest(byCategory: ReadonlyMap<Category, number>): Category {
  let best: Category = 'general';
  let most = 0;
  for (const [category, weight] of byCategory) {
    if (category !== 'general' && weight > most) {
      best = category;
      most = weight;
    }
  }
  return best;
}
