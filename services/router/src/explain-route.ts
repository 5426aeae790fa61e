import type { Model } from '@fluxrouter/catalogue';
import { formatUsd, lookupListRow, lookupRow, type RateRow } from '@fluxrouter/pricing';
import { type DecideInput, type Decision, decide, type Refusal } from '@fluxrouter/routing-rules';
import { decideInput } from './decide-route.ts';
import type { RouteQuestion, RouterNeeds } from './ports.ts';

/** What an answer is taken to have where nothing tells, tokens. */
const OUTPUT_TOKENS_ASSUMED = 500;

/** The decision for a request and what it would cost, for people. Money as exact decimals of US dollars. */
export interface RouteExplanation {
  readonly decision: Decision;
  readonly cost: {
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly outputTokensMax: number | null;
    readonly estimateUsd: string;
    /** With an empty answer. */
    readonly minUsd: string;
    /** With the longest answer that request and model allow; null: nothing bounds it. */
    readonly maxUsd: string | null;
    readonly baselineModel: string;
    readonly baselineUsd: string;
    /** Against the baseline, for the estimate; one decimal, negative where it costs more. */
    readonly savingsPct: number;
  };
}

/** Decides by the very function that serves; nothing is called and nothing is kept. */
export function explainRoute(
  needs: RouterNeeds,
  question: RouteQuestion,
): RouteExplanation | { readonly refusal: Refusal } {
  const input = decideInput(needs, question);
  const result = decide(input);
  if (!result.ok) return { refusal: result.refusal };
  return { decision: result.decision, cost: estimate(result.decision, input) };
}

function estimate(decision: Decision, input: DecideInput): RouteExplanation['cost'] {
  const { catalogue, rateCard, facts } = input;
  const { baseline } = catalogue;
  const model = catalogue.models.get(decision.routedModel);
  if (model === undefined) throw new Error('the routed model is in the catalogue');
  const row = lookupRow(rateCard, model.id);
  const outputTokensMax = outputMax(model, facts.maxTokens);
  const outputTokens = Math.min(OUTPUT_TOKENS_ASSUMED, outputTokensMax ?? OUTPUT_TOKENS_ASSUMED);
  const costOf = (of: RateRow | undefined, output: number): bigint =>
    BigInt(facts.inputTokensEstimate) * (of?.input ?? 0n) +
    BigInt(output * facts.n) * (of?.output ?? 0n);
  const cost = costOf(row, outputTokens);
  const baselineCost = costOf(lookupListRow(rateCard, baseline.id), outputTokens);
  return {
    inputTokens: facts.inputTokensEstimate,
    outputTokens: outputTokens * facts.n,
    outputTokensMax: outputTokensMax === null ? null : outputTokensMax * facts.n,
    estimateUsd: formatUsd(cost),
    minUsd: formatUsd(costOf(row, 0)),
    maxUsd: outputTokensMax === null ? null : formatUsd(costOf(row, outputTokensMax)),
    baselineModel: baseline.id,
    baselineUsd: formatUsd(baselineCost),
    savingsPct: savings(cost, baselineCost),
  };
}

function outputMax({ maxOutputTokens }: Model, asked: number | null): number | null {
  if (asked === null) return maxOutputTokens;
  return maxOutputTokens === null ? asked : Math.min(asked, maxOutputTokens);
}

function savings(cost: bigint, baseline: bigint): number {
  return baseline === 0n ? 0 : Number(((baseline - cost) * 1000n) / baseline) / 10;
}
