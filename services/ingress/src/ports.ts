import type { DialectName } from '@fluxrouter/dialects';
import type { DecideResponse } from '@fluxrouter/generated/router';
import type { Decision, Refusal, RequestFacts, RoutorFields } from '@fluxrouter/routing-rules';

/** A request as the router sees it: its name for a model, counts and flags. */
export interface RouteQuestion {
  readonly requestedModel: string;
  readonly dialect: DialectName;
  readonly facts: RequestFacts;
  readonly routor: RoutorFields;
  readonly routeUnknownModels: boolean;
  readonly receivedAtMs: number;
}

/** What ingress asks of the router: in one process it answers at once, over gRPC later. */
export interface RouterPort {
  decide(question: RouteQuestion): DecideResponse | Promise<DecideResponse>;
  /** The same decision, told in full, with what it would cost. */
  explain(
    question: RouteQuestion,
  ): { readonly decision: Decision; readonly cost: object } | { readonly refusal: Refusal };
  /** The states of providers and models, for people. */
  healthReport(): object;
}

/** What ingress tells the router of providers' health. */
export interface HealthPort {
  /** An event on its way to the bus, encoded. */
  note(type: string, value: Uint8Array): void;
  breakerOpen(model: string, untilMs: number): void;
  breakerClosed(model: string): void;
}

/** What the models paths show: the models that this deployment can serve now. */
export interface ModelListing {
  openai(): readonly object[];
  openaiModel(id: string): object | undefined;
  /** Anthropic's paging: `limit`, `after_id`, `before_id`. */
  anthropicPage(query: URLSearchParams): object;
  anthropicModel(id: string): object | undefined;
}
