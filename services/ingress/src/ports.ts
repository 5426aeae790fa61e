import type { AnyDialectName } from '@fluxrouter/dialects';
import type { FluxError } from '@fluxrouter/errors';
import type { DecideResponse } from '@fluxrouter/generated/router';
import type { Decision, Refusal, RequestFacts, RoutorFields } from '@fluxrouter/routing-rules';

/** A request as the router sees it: its name for a model, counts and flags. */
export interface RouteQuestion {
  readonly requestedModel: string;
  readonly dialect: AnyDialectName;
  readonly facts: RequestFacts;
  readonly routor: RoutorFields;
  readonly routeUnknownModels: boolean;
  readonly receivedAtMs: number;
}

/** What ingress asks of the router: in one process it answers at once, over gRPC later. */
export interface RouterPort {
  decide(question: RouteQuestion): DecideResponse | Promise<DecideResponse>;
  /** The same decision, told in full, with what it would cost. */
  explain(question: RouteQuestion): RouteExplanation | Promise<RouteExplanation>;
  /** The states of providers and models, for people. */
  healthReport(): object | Promise<object>;
}

export type RouteExplanation =
  | { readonly decision: Decision; readonly cost: object }
  | { readonly refusal: Refusal };

/** What ingress tells the router of its own breakers. */
export interface HealthPort {
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
  /** Whether a request's `model` stands for anything, servable here or not. */
  knows(name: string): boolean;
  /** Of a name that stands for nothing, whatever it is made of: names the nearest that do. */
  unknown(name: string): FluxError;
}
