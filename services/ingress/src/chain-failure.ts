import { type ErrorCode, type FluxError, fluxError } from '@fluxrouter/errors';
import type { AttemptFailure } from '@fluxrouter/generated/proxy';

/**
 * What a client is told when a chain has ended without an answer (contract.md, Errors): all 429s: 429
 * with the shortest wait; all timeouts: 504; what the client caused: as upstream said it; else 502.
 */
export function errorOfChain(failures: readonly AttemptFailure[]): FluxError {
  const last = failures.at(-1);
  if (last === undefined) return fluxError('upstream_failed');
  if (!last.nextMayHelp || last.code === 'upstream_error') return told(last);
  if (failures.some(({ code }) => code === 'context_length_exceeded')) {
    return told(failures.findLast(({ code }) => code === 'context_length_exceeded') ?? last);
  }
  if (failures.every(({ code }) => code === 'upstream_rate_limited')) {
    const waits = failures.flatMap(({ retryAfterSeconds }) => retryAfterSeconds ?? []);
    return fluxError('upstream_rate_limited', { retryAfterSeconds: Math.min(60, ...waits) });
  }
  if (failures.every(({ code }) => code === 'upstream_timeout'))
    return fluxError('upstream_timeout');
  if (failures.every(({ code }) => code === 'upstream_overloaded')) {
    return fluxError('upstream_overloaded');
  }
  if (failures.every(({ code }) => code === 'provider_misconfigured')) {
    return fluxError('provider_misconfigured');
  }
  return fluxError('upstream_failed');
}

function told(failure: AttemptFailure): FluxError {
  return fluxError(failure.code as ErrorCode, {
    status: failure.status,
    ...(failure.clientMessage === '' ? {} : { message: failure.clientMessage }),
    ...(failure.param === '' ? {} : { param: failure.param }),
    vendor: { type: failure.upstreamType || null, code: failure.upstreamCode || null },
  });
}
