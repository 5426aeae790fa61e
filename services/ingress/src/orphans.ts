import { encodeAttemptFinished, encodeRequestFinished } from '@fluxrouter/events';
import {
  type Candidate,
  type RequestFacts as Facts,
  RequestFacts,
} from '@fluxrouter/generated/events';
import type { Journal } from '@fluxrouter/journal';
import { type RequestEnd, requestFinished } from './request-end.ts';

export interface CommittedAttempt {
  readonly number: number;
  readonly candidate: Candidate;
  readonly status: number;
  readonly startedAtMs: number;
}

/**
 * The `committed` row of a request: the two events that a crash from here on would make true, with
 * the header values that the client has seen by then. Charged 0. Where provider-proxy closes its
 * attempts itself, the end of the request is all there is.
 */
export function committedRow(
  facts: Facts,
  attempt: CommittedAttempt,
  shown: Pick<RequestEnd, 'servedModel' | 'routed' | 'maxTokens'>,
  { closesAttempt = true } = {},
): Buffer {
  const attemptEvent = closesAttempt ? orphanedAttempt(facts, attempt) : NO_BYTES;
  const endEvent = encodeRequestFinished(
    requestFinished(facts, {
      outcome: 'orphaned',
      status: attempt.status,
      finishedAtMs: attempt.startedAtMs,
      attempts: attempt.number,
      ...shown,
    }),
  );
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(attemptEvent.length);
  return Buffer.concat([length, attemptEvent, endEvent]);
}

function orphanedAttempt(facts: Facts, attempt: CommittedAttempt): Buffer {
  return encodeAttemptFinished({
    request: facts,
    attempt: attempt.number,
    provider: attempt.candidate.provider,
    model: attempt.candidate.model,
    upstreamModel: '',
    startedAtMs: attempt.startedAtMs,
    firstByteMs: undefined,
    durationMs: 0,
    status: attempt.status,
    outcome: 'orphaned',
    errorCode: '',
    usage: undefined,
    accepted: true,
    costPicoUsd: 0n,
    chargedPicoUsd: 0n,
    housePicoUsd: 0n,
    directCostPicoUsd: 0n,
    providerCostPicoUsd: 0n,
    holdPicoUsd: 0n,
    savingsPermille: undefined,
    bodyId: '',
    upstreamId: '',
  });
}

const NO_BYTES = Buffer.alloc(0);

/** Turns what a killed predecessor left open into `orphaned` events. @returns the requests' ids. */
export function recoverOrphans(journal: Journal, nowMs: number): string[] {
  const entries = journal.recovered();
  const ids: string[] = [];
  for (const { entry, begun, updated } of entries) {
    const facts = RequestFacts.decode(begun);
    ids.push(facts.requestId);
    if (updated === null) {
      const end = requestFinished(facts, { outcome: 'orphaned', status: 0, finishedAtMs: nowMs });
      journal.finish(entry, [
        { key: facts.account, type: 'RequestFinished', value: encodeRequestFinished(end) },
      ]);
      continue;
    }
    const row = Buffer.from(updated.buffer, updated.byteOffset, updated.byteLength);
    const endAt = 4 + row.readUInt32LE(0);
    const attempt = { type: 'AttemptFinished', value: row.subarray(4, endAt) };
    const end = { type: 'RequestFinished', value: row.subarray(endAt) };
    const events = endAt === 4 ? [end] : [attempt, end];
    journal.finish(
      entry,
      events.map((event) => ({ key: facts.account, ...event })),
    );
  }
  return ids;
}
