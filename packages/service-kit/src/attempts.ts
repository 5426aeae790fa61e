import type { AttemptBegin, AttemptEnd, AttemptHead } from '@fluxrouter/generated/proxy';

/**
 * The calls between ingress and provider-proxy: the frames of proxy.proto as functions. In one
 * process they are called, between two they are sent.
 */
export interface ProviderProxyPort {
  /** One attempt at one provider. */
  begin(begin: AttemptBegin, sink: AttemptSink): AttemptCall;
  /** It has a journal of its own: what a crash leaves open of an attempt is closed by it. */
  readonly closesOrphans?: boolean;
}

/** `caller_lost`: the process that asked is gone. Nobody is charged. */
export type CancelReason =
  | 'client_gone'
  | 'superseded'
  | 'deadline'
  | 'key_revoked'
  | 'shutdown'
  | 'caller_lost';

export interface AttemptCall {
  /**
   * Ingress begins to write this attempt's output: it is charged. An attempt that has shown output
   * ends only when it has been accepted or cancelled.
   */
  accept(): void;
  /** No more is wanted. The attempt still ends, with what was used up to here. */
  cancel(reason: CancelReason): void;
  /** After `data` returned false: send on. */
  resume(): void;
}

export interface AttemptSink {
  /** Upstream answered 2xx. */
  head(head: AttemptHead): void;
  /**
   * Bytes for the client. Of an answer that is not streamed there are none here: its body comes
   * with the end, because it tells the cost; one call with no bytes says that it is whole.
   * @param output these bytes prove output, or follow such that did
   * @param atBoundary a frame ends here: a comment may be written after it
   * @returns false to be sent no more until `resume`
   */
  data(bytes: Buffer, output: boolean, atBoundary: boolean): boolean;
  /**
   * Exactly once, and last. `AttemptFinished` is in the journal then: in process in the same
   * transaction as what ingress writes next, over gRPC already durable.
   */
  end(end: AttemptEnd): void;
  /**
   * In place of `end`: the provider-proxy cannot be reached, or is gone and with it what it knew.
   * @param begun false: it was never asked
   */
  lost(begun: boolean): void;
}
