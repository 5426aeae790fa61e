import type { DialectName } from '@fluxrouter/dialects';
import type { DecideResponse } from '@fluxrouter/generated/router';
import type { RequestFacts, RoutorFields } from '@fluxrouter/routing-rules';

/** What ingress asks of the router: in one process it answers at once, over gRPC later. */
export interface RouterPort {
  decide(question: {
    readonly requestedModel: string;
    readonly dialect: DialectName;
    readonly facts: RequestFacts;
    readonly routor: RoutorFields;
    readonly routeUnknownModels: boolean;
    /** The model that sealed the reasoning of a tool turn under way; as a client says. */
    readonly sealedBy?: string | undefined;
    readonly receivedAtMs: number;
  }): DecideResponse | Promise<DecideResponse>;
}

/** What the models paths show: the models that this deployment can serve now. */
export interface ModelListing {
  openai(): readonly object[];
  openaiModel(id: string): object | undefined;
  /** Anthropic's paging: `limit`, `after_id`, `before_id`. */
  anthropicPage(query: URLSearchParams): object;
  anthropicModel(id: string): object | undefined;
}
