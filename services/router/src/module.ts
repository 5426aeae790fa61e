import type { Catalogue } from '@fluxrouter/catalogue';
import type { DecideResponse } from '@fluxrouter/generated/router';
import { buildRateCard, type RateCard, rateCardAt, rateCardDefinitions } from '@fluxrouter/pricing';
import {
  ALL_HEALTHY,
  buildPolicy,
  checkPolicyModels,
  type Refusal,
} from '@fluxrouter/routing-rules';
import type { RouterConfig } from './config.ts';
import { decideRoute } from './decide-route.ts';
import { explainRoute, type RouteExplanation } from './explain-route.ts';
import { ProviderHealth } from './health/provider-health.ts';
import type { RouteQuestion, RouterNeeds } from './ports.ts';

export interface Router {
  decide(question: RouteQuestion): DecideResponse;
  /** The same decision, with what it would cost. */
  explain(question: RouteQuestion): RouteExplanation | { readonly refusal: Refusal };
  /** Hears of attempts and breakers. */
  readonly health: ProviderHealth;
  /** GET /v1/providers/health. */
  healthReport(): object;
  /** Hash of the policy in force. */
  readonly policy: string;
}

export interface RouterModuleNeeds {
  readonly config: RouterConfig;
  readonly catalogue: Catalogue;
  readonly rateCards: readonly RateCard[];
  servable(modelId: string): boolean;
}

/** Every card that ships, worked out for a catalogue: old ones too, old decisions name them. */
export function loadRateCards(catalogue: Catalogue): readonly RateCard[] {
  const models = [...catalogue.models.values()];
  return rateCardDefinitions.map((definition) => buildRateCard(definition, models));
}

export function startRouter({ config, catalogue, rateCards, servable }: RouterModuleNeeds): Router {
  const policy = buildPolicy();
  const problems = checkPolicyModels(policy, catalogue.models);
  if (problems.length > 0) {
    throw new Error(`the policy does not fit the catalogue:\n- ${problems.join('\n- ')}`);
  }
  const health = new ProviderHealth(catalogue);
  const needs: RouterNeeds = {
    catalogue,
    policy,
    rateCardAt(receivedAtMs) {
      const card = rateCardAt(rateCards, cardKind[config.rateCard], receivedAtMs);
      if (card === undefined) throw new RangeError('no rate card holds at this time');
      return card;
    },
    servable,
    health: config.chainByHealth ? () => health.snapshot() : () => ALL_HEALTHY,
  };
  return {
    decide: (question) => decideRoute(needs, question),
    explain: (question) => explainRoute(needs, question),
    policy: policy.hash,
    health,
    healthReport: () => health.report(servable),
  };
}

const cardKind = { lanes: 'lanes', 'at-cost': 'at-cost' } as const;
