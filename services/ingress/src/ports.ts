import type { Decision } from '@fluxrouter/generated/events';
import type {
  AttemptBegin,
  AttemptEnd,
  AttemptHead,
} from '@fluxrouter/generated/proxy';
import type { DecideRequest, DecideResponse } from '@fluxrouter/generated/router';

/** What ingress asks of the router: in process it answers at once, over gRPC later. */
export interface RouterPort {
  decide(request: DecideRequest): DecideResponse | Promise<DecideResponse>;
}

/**
 * What ingress asks of provider-proxy: one attempt at one provider. The calls are the frames of
 * proxy.proto: `begin`, `accept`, `cancel` and credit go there; `head`, `data` and `end` come back.
 */
export interface ProviderProxyPort {
  begin(begin: AttemptBegin, sink: AttemptSink): AttemptCall;
}

export interface AttemptCall {
  /**
   * Ingress begins to write this attempt's output: it is charged. The attempt ends only when it has
   * been accepted or cancelled, or has failed before either.
   */
  accept(): void;
  cancel(reason: CancelReason): void;
  /** After `data` returned false: send on. */
  resume(): void;
}

export type CancelReason = 'client_gone' | 'superseded' | 'deadline' | 'key_revoked' | 'shutdown';

export interface AttemptSink {
  /** Upstream answered 2xx. */
  head(head: AttemptHead): void;
  /**
   * Bytes for the client; of an answer that is not streamed the whole body at once.
   * `output`: these bytes prove output, or follow such that did. `atBoundary`: a frame ends here.
   * @returns false to be sent no more until `resume`.
   */
  data(bytes: Buffer, output: boolean, atBoundary: boolean): boolean;
  /**
   * Exactly once, and last. `AttemptFinished` is in the journal then: in process in the same
   * transaction as what ingress writes next, over gRPC already durable.
   */
  end(end: AttemptEnd): void;
}

/** What /v1/models shows, in the dialect of the asking client. */
export interface ModelListing {
  openai(): readonly object[];
  anthropic(): readonly object[];
}

export type { Decision };
