import type { Catalogue, Dialect } from '@fluxrouter/catalogue';
import type { RateCard } from '@fluxrouter/pricing';
import type { HealthSnapshot, Policy, RequestFacts, RoutorFields } from '@fluxrouter/routing-rules';

/** What the router decides with: data that is loaded once, and the health of the moment. */
export interface RouterNeeds {
  readonly catalogue: Catalogue;
  readonly policy: Policy;
  /** All cards of the kind in force, by time. */
  rateCardAt(receivedAtMs: number): RateCard;
  servable(modelId: string): boolean;
  health(): HealthSnapshot;
}

/** A request as counts and flags; over gRPC the facts travel as JSON. */
export interface RouteQuestion {
  /** As sent. */
  readonly requestedModel: string;
  readonly dialect: Dialect;
  readonly facts: RequestFacts;
  readonly routor: RoutorFields;
  readonly routeUnknownModels: boolean;
  /** The model that sealed the reasoning of a tool turn under way; as a client says. */
  readonly sealedBy?: string | undefined;
  readonly receivedAtMs: number;
}
