import type { Lane } from '@fluxrouter/catalogue';
import { contentHash } from '@fluxrouter/pricing';
import policyJson from '../data/policy.json' with { type: 'json' };
import { FEATURES, type FeatureName } from './features.ts';
import { type LexiconData, lexiconData } from './lexicon-data.ts';

/** Complexity, simplest first. */
export const TIERS = ['NANO', 'SIMPLE', 'LIGHT', 'STANDARD', 'COMPLEX'] as const;
export type Tier = (typeof TIERS)[number];

/** What kind of work a request is, from the contribution that weighs most. */
export const CATEGORIES = [
  'general',
  'chat',
  'writing',
  'analysis',
  'code',
  'math',
  'agent',
  'image',
] as const;
export type Category = (typeof CATEGORIES)[number];

/** A contribution to the score: `weight × feature`, held within ±`cap`. */
export interface FeatureWeight {
  readonly feature: FeatureName;
  readonly weight: number;
  readonly cap: number;
  readonly category: Category;
}

export interface TierDefinition {
  readonly tier: Tier;
  readonly lane: Exclude<Lane, 'image'>;
  /** The least score of the tier; null for the lowest. */
  readonly from: number | null;
  /** A catalogue id that comes before the lane's own chain. */
  readonly defaultModel?: string;
}

export interface PolicyData {
  readonly version: string;
  /** Models that a request may be tried with. Nobody waits for a fifth, and each event names all of them. */
  readonly chainMax: number;
  readonly weights: readonly FeatureWeight[];
  readonly tiers: readonly TierDefinition[];
  readonly history: {
    /** An ask of at most so many words may be a follow-up that stays where the conversation is. */
    readonly followUpWordsMax: number;
    readonly floorMax: Tier;
  };
  /** Measured: how often the lane of this score was as good as the best one. Linear between points. */
  readonly confidence: readonly { readonly score: number; readonly confidence: number }[];
}

/** Counts up with every change of code that changes a decision: how facts are counted, what a feature is made of. */
const RULES_VERSION = 2;

export interface Policy extends PolicyData {
  /** `pol_` and 16 hex digits over the policy's data, the lexicon that facts are counted with, and the rules. */
  readonly hash: string;
}

/** The policy that ships with this version. */
export const policyData = policyJson as PolicyData;

/** Checks the data and seals it with its hash. Throws one Error that lists every problem. */
export function buildPolicy(
  data: PolicyData = policyData,
  words: LexiconData = lexiconData,
): Policy {
  const problems = checkPolicy(data);
  if (problems.length > 0) {
    throw new Error(`the policy has ${problems.length} problems:\n- ${problems.join('\n- ')}`);
  }
  return Object.freeze({
    ...data,
    hash: contentHash('pol_', { policy: data, rules: RULES_VERSION, lexicon: words }),
  });
}

export function checkPolicy(data: PolicyData): string[] {
  const problems: string[] = [];
  if (!(Number.isInteger(data.chainMax) && data.chainMax >= 1))
    problems.push('chainMax: must be a whole number from 1 on');
  for (const { feature, weight, cap, category } of data.weights) {
    if (!FEATURES.includes(feature)) problems.push(`weights: no such feature: ${feature}`);
    if (!CATEGORIES.includes(category)) problems.push(`weights: no such category: ${category}`);
    if (!Number.isFinite(weight)) problems.push(`weights: ${feature} has no finite weight`);
    if (!(cap > 0)) problems.push(`weights: ${feature} has no cap above 0`);
  }
  const features = data.weights.map((weight) => weight.feature);
  if (new Set(features).size < features.length)
    problems.push('weights: a feature is weighed twice');
  if (data.tiers.map((tier) => tier.tier).join() !== TIERS.join()) {
    problems.push(`tiers: must be ${TIERS.join(', ')} in this order`);
  }
  if (data.tiers[0]?.from !== null) problems.push('tiers: the first one has no lower bound');
  for (let i = 1; i < data.tiers.length; i++) {
    const from = data.tiers[i]?.from;
    const before = data.tiers[i - 1]?.from ?? Number.NEGATIVE_INFINITY;
    if (typeof from !== 'number' || from <= before) {
      problems.push(`tiers: ${data.tiers[i]?.tier} does not begin above the one before it`);
    }
  }
  if (data.confidence.length === 0) problems.push('confidence: no point');
  data.confidence.forEach(({ score, confidence }, i) => {
    if (!(confidence >= 0 && confidence <= 1))
      problems.push(`confidence: ${confidence} at ${score}`);
    const before = data.confidence[i - 1];
    if (before !== undefined && before.score >= score)
      problems.push('confidence: scores must rise');
  });
  if (!TIERS.includes(data.history.floorMax)) problems.push('history: no such tier for floorMax');
  return problems;
}

/** The models that a policy names must be in the catalogue it decides over, and in no image lane. */
export function checkPolicyModels(
  policy: PolicyData,
  models: ReadonlyMap<string, { readonly lane: Lane }>,
): string[] {
  return policy.tiers.flatMap(({ tier, defaultModel }) => {
    if (defaultModel === undefined) return [];
    const model = models.get(defaultModel);
    if (model === undefined)
      return [`tiers: ${tier} names a model that is not there: ${defaultModel}`];
    return model.lane === 'image' ? [`tiers: ${tier} names an image model: ${defaultModel}`] : [];
  });
}
