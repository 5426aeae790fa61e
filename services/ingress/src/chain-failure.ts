import { type ErrorCode, type FluxError, fluxError } from '@fluxrouter/errors';
import type { AttemptFailure } from '@fluxrouter/generated/proxy';
import { RETRY_AFTER_MAX_SECONDS } from './http/write-error.ts';

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
  if (failures.every(({ code }) => code === 'capability_not_available')) {
    return told(failures[0] ?? last);
  }
  if (failures.every(({ code }) => code === 'upstream_rate_limited')) {
    return limited(failures.flatMap(({ retryAfterSeconds }) => retryAfterSeconds ?? []));
  }
  if (failures.every(({ code }) => code === 'upstream_timeout'))
    return fluxError('upstream_timeout');
  if (failures.every(({ code }) => code === 'upstream_overloaded')) {
    // 503 is for what we cannot take; Anthropic's dialect has a status of its own for this.
    return fluxError('upstream_overloaded', { status: 502 });
  }
  if (failures.every(({ code }) => code === 'provider_misconfigured')) {
    return fluxError('provider_misconfigured');
  }
  return fluxError('upstream_failed');
}

/** No provider may have told a wait; a long one is told in words, because SDKs obey the header. */
function limited(waits: readonly number[]): FluxError {
  const shortest = Math.min(...waits);
  if (waits.length === 0) return fluxError('upstream_rate_limited');
  if (shortest <= RETRY_AFTER_MAX_SECONDS) {
    return fluxError('upstream_rate_limited', { retryAfterSeconds: shortest });
  }
  return fluxError('upstream_rate_limited', {
    message: `The providers of this model are at their limits: try again in ${shortest} s.`,
    shouldRetry: false,
  });
}

function told(failure: AttemptFailure): FluxError {
  if (failure.code === 'context_length_exceeded') return tooLong(failure);
  return fluxError(failure.code as ErrorCode, {
    status: failure.status,
    ...(failure.clientMessage === '' ? {} : { message: failure.clientMessage }),
    ...(failure.param === '' ? {} : { param: failure.param }),
    // Clients match on our code for what is too long, and vendors have several.
    ...(failure.code === 'upstream_error'
      ? { vendor: { type: failure.upstreamType || null, code: failure.upstreamCode || null } }
      : {}),
  });
}

/**
 * Each dialect has words for it that its clients match on, and vendors have many: the two lengths are
 * taken out of theirs. Where there are none, Claude Code still knows what it is by the first words.
 */
function tooLong({ status, clientMessage, param }: AttemptFailure): FluxError {
  const lengths =
    clientMessage
      .replace(/(?<=\d),(?=\d{3})/g, '')
      .match(LENGTHS)
      ?.map(Number) ?? [];
  const [one = 0, other = 0] = lengths;
  const words = /prompt is too long/i.test(clientMessage)
    ? clientMessage
    : `prompt is too long: ${clientMessage}`;
  return fluxError('context_length_exceeded', {
    status,
    ...(clientMessage === '' ? {} : { message: words }),
    ...(one === other || other === 0
      ? {}
      : { contextLength: { tokens: Math.max(one, other), maximum: Math.min(one, other) } }),
    ...(param === '' ? {} : { param }),
  });
}

/** Numbers that stand by themselves: `gpt-4-0613` has none. */
const LENGTHS = /(?<![\w.-])\d{3,9}(?![\w-])/g;
