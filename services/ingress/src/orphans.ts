import { encodeAttemptFinished, encodeRequestFinished } from '@fluxrouter/events';
import {
  type Candidate,
  type RequestFacts as Facts,
  RequestFacts,
} from '@fluxrouter/generated/events';
import type { Journal, RecoveredEntry } from '@fluxrouter/journal';
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

/**
 * Turns what a killed predecessor left open into `orphaned` events.
 *
 * @param onUnreadable of an entry that is closed without an event: kept, it would end every start to come.
 * @returns the requests' ids.
 */
export function recoverOrphans(
  journal: Journal,
  nowMs: number,
  onUnreadable: (error: unknown) => void,
): string[] {
  const ids: string[] = [];
  for (const recovered of journal.recovered()) {
    try {
      ids.push(closeOrphan(journal, recovered, nowMs));
    } catch (error) {
      onUnreadable(error);
      journal.finish(recovered.entry, []);
    }
  }
  return ids;
}

/** @throws before anything is written, where the rows cannot be read. */
function closeOrphan(
  journal: Journal,
  { entry, begun, updated }: RecoveredEntry,
  nowMs: number,
): string {
  const facts = RequestFacts.decode(begun);
  if (updated === null) {
    const end = requestFinished(facts, { outcome: 'orphaned', status: 0, finishedAtMs: nowMs });
    journal.finish(entry, [
      { key: facts.account, type: 'RequestFinished', value: encodeRequestFinished(end) },
    ]);
    return facts.requestId;
  }
  const row = Buffer.from(updated.buffer, updated.byteOffset, updated.byteLength);
  const endAt = 4 + row.readUInt32LE(0);
  if (endAt >= row.length) throw new RangeError('a committed row is cut off');
  const attempt = { type: 'AttemptFinished', value: row.subarray(4, endAt) };
  const end = { type: 'RequestFinished', value: row.subarray(endAt) };
  const events = endAt === 4 ? [end] : [attempt, end];
  journal.finish(
    entry,
    events.map((event) => ({ key: facts.account, ...event })),
  );
  return facts.requestId;
}
