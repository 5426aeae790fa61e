import type { AttemptFinished } from '@fluxrouter/generated/events';
import type { AttemptRecord, RequestRecord } from '@fluxrouter/generated/query';
import type { StoredRequest } from './clickhouse/event-rows.ts';

/** An end may overtake its attempts by so much; after that they are taken for lost. */
const ATTEMPTS_LATE_MS_MAX = 60_000;

/**
 * The record of a request, or null while it is not final: its end is missing, or an attempt that the
 * end counts is still on its way (a record whose cost grows later would contradict its header).
 */
export function assembleRecord(
  { end, attempts }: StoredRequest,
  nowMs: number,
  forOperator: boolean,
): RequestRecord | null {
  if (end?.request === undefined) return null;
  const recent = nowMs - end.finishedAtMs < ATTEMPTS_LATE_MS_MAX;
  if (attempts.length < end.attempts && recent) return null;
  const { request } = end;
  const { decision } = request;
  const accepted = attempts.find((attempt) => attempt.accepted);
  const providerCost = () => sumOf(attempts, (attempt) => attempt.providerCostPicoUsd);
  return {
    id: request.requestId,
    clientRequestId: request.clientRequestId,
    bodyId: end.bodyId || (accepted?.bodyId ?? ''),
    upstreamId: end.upstreamId || (accepted?.upstreamId ?? ''),
    account: request.account,
    key: request.key,
    tags: request.tags,
    dialect: request.dialect,
    stream: request.stream,
    originalModel: request.originalModel,
    routedModel: decision?.routedModel ?? '',
    model: end.servedModel || (accepted?.model ?? ''),
    routed: end.routed,
    upstreamModel: accepted?.upstreamModel ?? '',
    lane: decision?.lane ?? '',
    tier: decision?.tier ?? '',
    profile: decision?.profile ?? '',
    confidencePercent: decision?.confidencePercent ?? 0,
    method: decision?.method ?? '',
    policy: decision?.policy ?? '',
    reasons: decision?.reasons ?? [],
    attempts: attempts.map(attemptRecord),
    usage: accepted?.usage ?? { source: 'none' },
    costPicoUsd: sumOf(attempts, (attempt) => (attempt.accepted ? attempt.chargedPicoUsd : 0n)),
    directCostPicoUsd: accepted?.directCostPicoUsd ?? 0n,
    providerCostPicoUsd: forOperator ? providerCost() : undefined,
    rateCard: decision?.rateCard ?? '',
    savingsPermille: accepted?.savingsPermille,
    outcome: end.outcome,
    notes: end.notes,
    receivedAtMs: request.receivedAtMs,
    finishedAtMs: end.finishedAtMs,
    status: end.status,
    errorCode: end.errorCode,
    maxTokens: end.maxTokens,
    facts: decision?.facts ?? [],
    health: decision?.health ?? [],
  };
}

function attemptRecord(attempt: AttemptFinished): AttemptRecord {
  const { provider, model, status, errorCode, startedAtMs } = attempt;
  const { firstByteMs, durationMs, accepted, outcome } = attempt;
  return {
    provider,
    model,
    status,
    errorCode,
    startedAtMs,
    firstByteMs,
    durationMs,
    accepted,
    outcome,
  };
}

function sumOf(
  attempts: readonly AttemptFinished[],
  amount: (attempt: AttemptFinished) => bigint,
): bigint {
  return attempts.reduce((total, attempt) => total + amount(attempt), 0n);
}
