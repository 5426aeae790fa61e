import { type ResolvedName, resolveModelName } from '@fluxrouter/catalogue';
import type { Decision } from '@fluxrouter/generated/events';
import type { DecideResponse, Refusal } from '@fluxrouter/generated/router';
import {
  type DecideInput,
  type DecideResult,
  decide,
  packFacts,
  type RequestFacts,
  type Decision as RuleDecision,
  type Refusal as RuleRefusal,
} from '@fluxrouter/routing-rules';
import type { RouteQuestion, RouterNeeds } from './ports.ts';

const AUTO: ResolvedName = { kind: 'auto' };

/** What a question is decided with: the same for the answer that serves and the one that explains. */
export function decideInput(needs: RouterNeeds, question: RouteQuestion): DecideInput {
  const resolved = resolveModelName(needs.catalogue, question.requestedModel, {
    servable: needs.servable,
  });
  return {
    facts: question.facts,
    requested: resolved.kind === 'unknown' && question.routeUnknownModels ? AUTO : resolved,
    dialect: question.dialect,
    catalogue: needs.catalogue,
    rateCard: needs.rateCardAt(question.receivedAtMs),
    policy: needs.policy,
    health: needs.health(),
    routor: question.routor,
    servable: needs.servable,
  };
}

/** The decision for a request: data in, data out; the rules themselves are in routing-rules. */
export function decideRoute(needs: RouterNeeds, question: RouteQuestion): DecideResponse {
  return decideResponse(decide(decideInput(needs, question)), question.facts);
}

function decideResponse(result: DecideResult, facts: RequestFacts): DecideResponse {
  return result.ok
    ? { outcome: { $case: 'decision', value: decisionMessage(result.decision, facts) } }
    : { outcome: { $case: 'refusal', value: refusalMessage(result.refusal) } };
}

function decisionMessage(decision: RuleDecision, facts: RequestFacts): Decision {
  return {
    profile: decision.profile,
    tier: decision.tier,
    lane: decision.lane,
    category: decision.category,
    scoreMilli: Math.round(decision.score * 1000),
    confidencePercent: Math.round(decision.confidence * 100),
    method: decision.method,
    policy: decision.policy,
    rateCard: decision.rateCardVersion,
    catalogue: decision.catalogueVersion,
    reasons: decision.reasons as string[],
    chain: decision.chain as { model: string; provider: string; upstreamModel: string }[],
    routedModel: decision.routedModel,
    historyFloor: decision.historyFloor ?? '',
    health: Object.entries(decision.health).map(([model, state]) => ({ model, state })),
    rejected: decision.rejected as { model: string; reason: string }[],
    facts: packFacts(facts),
  };
}

export function refusalMessage(refusal: RuleRefusal): Refusal {
  return {
    code: refusal.code,
    message: refusal.message,
    param: refusal.param ?? '',
    tokens: refusal.tokens ?? 0,
    tokensMax: refusal.tokensMax ?? 0,
  };
}
