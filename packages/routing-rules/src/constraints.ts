import type { Model } from '@fluxrouter/catalogue';
import { isPriced, lookupRow, type RateCard } from '@fluxrouter/pricing';
import type { RequestFacts } from './facts.ts';

/** Why a model cannot serve a request; a closed list. */
export type RejectionReason =
  | 'unconfigured'
  | 'unpriced'
  | 'origin'
  | 'context'
  | 'vision'
  | 'files'
  | 'audio'
  | 'tools'
  | 'jsonSchema'
  | 'reasoning'
  | 'maxCost';

export interface ConstraintInput {
  readonly facts: RequestFacts;
  readonly rateCard: RateCard;
  readonly servable: (modelId: string) => boolean;
  /** The client named the model: whether it can go on from sealed reasoning is between it and the provider. */
  readonly isPinned: boolean;
  /** Pico-USD; undefined: no cap. */
  readonly maxCost: bigint | undefined;
}

/**
 * Our estimate may be a third too high; only what is surely too long is refused here. A provider that finds a request
 * too long says so, and the chain goes on.
 */
const SURELY_TOKENS_SHARE = 0.7;
/** What an answer is taken to have where the request does not bound it, tokens. */
const ASSUMED_OUTPUT_TOKENS = 500;

/** The first constraint that a model breaks, in the order in which a refusal should name them; null: none. */
export function findRejection(model: Model, input: ConstraintInput): RejectionReason | null {
  const { facts, rateCard, servable, isPinned, maxCost } = input;
  const { capabilities } = model;
  if (!servable(model.id)) return 'unconfigured';
  const row = lookupRow(rateCard, model.id);
  if (row === undefined || !isPriced(row)) return 'unpriced';
  if (!isPinned && facts.originProvider !== null && facts.originProvider !== model.provider) {
    return 'origin';
  }
  if (facts.images > 0 && !capabilities.vision) return 'vision';
  if (facts.files > 0 && !capabilities.pdf) return 'files';
  if (facts.audio > 0) return 'audio';
  if (facts.tools > 0 && !capabilities.tools) return 'tools';
  if (facts.jsonSchema && !capabilities.jsonSchema) return 'jsonSchema';
  if (wantsReasoning(facts) && !capabilities.reasoning) return 'reasoning';
  if (isTooLong(facts, model)) return 'context';
  if (maxCost !== undefined && estimateCost(facts, model, rateCard) > maxCost) return 'maxCost';
  return null;
}

/** True where the estimate leaves doubt whether the request fits: such a model comes after those it surely fits. */
export function isTightFit(facts: RequestFacts, model: Model): boolean {
  return model.contextWindow !== null && facts.inputTokensEstimate > model.contextWindow;
}

/** Pico-USD for the estimated input and the bounded or assumed output, nothing cached. */
export function estimateCost(facts: RequestFacts, model: Model, rateCard: RateCard): bigint {
  const row = lookupRow(rateCard, model.id);
  if (row === undefined) return 0n;
  if (model.lane === 'image') return (row.images ?? 0n) * BigInt(facts.n);
  const output =
    Math.min(facts.maxTokens ?? ASSUMED_OUTPUT_TOKENS, ASSUMED_OUTPUT_TOKENS) * facts.n;
  return (
    BigInt(facts.inputTokensEstimate) * (row.input ?? 0n) + BigInt(output) * (row.output ?? 0n)
  );
}

function isTooLong(facts: RequestFacts, model: Model): boolean {
  return (
    model.contextWindow !== null &&
    facts.inputTokensEstimate * SURELY_TOKENS_SHARE > model.contextWindow
  );
}

function wantsReasoning(facts: RequestFacts): boolean {
  const { reasoningEffort, thinkingBudget } = facts;
  return thinkingBudget !== null || (reasoningEffort !== null && reasoningEffort !== 'none');
}
