import { fluxError } from '@fluxrouter/errors';
import type { AttemptEnd } from '@fluxrouter/generated/proxy';

/**
 * What is made of an attempt whose provider-proxy went: a failure before output that another may
 * mend, or a cut after it. Its own event comes from that provider-proxy's journal, charged 0.
 */
export function lostAttempt(begun: boolean, outcome: string, finalBytes: Buffer): AttemptEnd {
  const { code, status } = fluxError(begun ? 'upstream_failed' : 'unavailable');
  return {
    outcome,
    failure: {
      code,
      status,
      // None could be reached in all the time that a request waits: the next model is at the same.
      nextMayHelp: begun,
      retryMayHelp: true,
      retryAfterSeconds: undefined,
      clientMessage: '',
      param: '',
      upstreamType: '',
      upstreamCode: '',
    },
    usage: undefined,
    costPicoUsd: 0n,
    chargedPicoUsd: 0n,
    savingsPermille: undefined,
    bodyId: '',
    upstreamId: '',
    finalBytes,
    storedIds: [],
    notes: [],
  };
}
