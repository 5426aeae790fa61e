import type { DecideRequest, Explanation, HealthReport } from '@fluxrouter/generated/router';
import type { Decisions } from '@fluxrouter/service-kit/grpc';
import type { RouteExplanation, RouteQuestion, RouterPort } from './ports.ts';

/** The router's unary methods, for people. */
export interface RouterTools {
  explain(request: DecideRequest): Promise<Explanation>;
  reportHealth(request: Record<string, never>): Promise<HealthReport>;
}

/** The router of another process. `facts_json` are the facts as they are; not sent is empty. */
export function routerOverGrpc(decisions: Decisions, tools: RouterTools): RouterPort {
  return {
    decide: (question) => decisions.decide(requestOf(question)),
    async explain(question) {
      const { outcome } = await tools.explain(requestOf(question));
      if (outcome === undefined) throw new TypeError('the router has told nothing');
      if (outcome.$case === 'json') return JSON.parse(outcome.value) as RouteExplanation;
      return {
        refusal: outcome.value as Extract<RouteExplanation, { refusal: object }>['refusal'],
      };
    },
    async healthReport() {
      const { json } = await tools.reportHealth({});
      return JSON.parse(json) as object;
    },
  };
}

function requestOf({ facts, routor, ...question }: RouteQuestion): DecideRequest {
  return {
    ...question,
    factsJson: JSON.stringify(facts),
    routor: {
      profile: routor.profile ?? '',
      tier: routor.tier ?? '',
      tierFloor: routor.tierFloor ?? '',
      tierCeiling: routor.tierCeiling ?? '',
      maxCost: routor.maxCost === undefined ? '' : String(routor.maxCost),
    },
  };
}
