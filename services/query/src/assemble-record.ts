import type { Usage } from '@fluxrouter/generated/events';
import type { AttemptRecord, RequestRecord } from '@fluxrouter/generated/query';
import type { RequestRow } from './clickhouse/request-rows.ts';

/** An end may overtake its attempts by so much; after that they are taken for lost. */
const ATTEMPTS_LATE_MS_MAX = 60_000;

/**
 * The record of one request from its rows (one for each event, in any order), or null where it is
 * not final: its end is missing, or an attempt that the end counts is still on its way.
 */
export function assembleRecord(
  rows: readonly RequestRow[],
  nowMs: number,
  forOperator: boolean,
): RequestRecord | null {
  const end = rows.find((row) => row.attempt === 0);
  if (end === undefined) return null;
  const attempts = rows
    .filter((row) => row.attempt > 0)
    .sort((left, right) => left.attempt - right.attempt);
  const finishedAtMs = Number(end.finished_at_ms);
  const recent = nowMs - finishedAtMs < ATTEMPTS_LATE_MS_MAX;
  if (attempts.length < end.attempts && recent) return null;
  const accepted = attempts.find((row) => row.accepted);
  return {
    id: end.request_id,
    clientRequestId: end.client_request_id,
    bodyId: end.body_id || (accepted?.body_id ?? ''),
    upstreamId: end.upstream_id || (accepted?.upstream_id ?? ''),
    account: end.account,
    key: end.key,
    tags: Object.entries(end.tags).map(([name, value]) => ({ name, value })),
    dialect: end.dialect,
    stream: end.stream,
    originalModel: end.original_model,
    routedModel: end.routed_model,
    model: end.model || (accepted?.model ?? ''),
    routed: end.routed,
    upstreamModel: accepted?.upstream_model ?? '',
    lane: end.lane,
    tier: end.tier,
    profile: end.profile,
    confidencePercent: end.confidence_percent,
    method: end.method,
    policy: end.policy,
    reasons: end.reasons,
    attempts: attempts.map(attemptRecord),
    usage: accepted === undefined ? { source: 'none' } : usageOf(accepted),
    costPicoUsd: sum(attempts.filter((row) => row.accepted).map((row) => row.charged_pico_usd)),
    directCostPicoUsd: BigInt(accepted?.direct_cost_pico_usd ?? '0'),
    providerCostPicoUsd: forOperator
      ? sum(attempts.map((row) => row.provider_cost_pico_usd))
      : undefined,
    rateCard: end.rate_card,
    savingsPermille: accepted?.savings_permille ?? undefined,
    outcome: end.outcome,
    notes: end.notes,
    receivedAtMs: Number(end.received_at_ms),
    finishedAtMs,
    status: end.status,
    errorCode: end.error_code,
    maxTokens: end.max_tokens ?? undefined,
  };
}

/** One record for each request that is final, in the order in which the requests first appear. */
export function assembleRecords(
  rows: readonly RequestRow[],
  nowMs: number,
  forOperator: boolean,
): RequestRecord[] {
  const byRequest = new Map<string, RequestRow[]>();
  for (const row of rows) {
    const of = byRequest.get(row.request_id);
    if (of === undefined) byRequest.set(row.request_id, [row]);
    else of.push(row);
  }
  return [...byRequest.values()]
    .map((of) => assembleRecord(of, nowMs, forOperator))
    .filter((record) => record !== null);
}

function attemptRecord(row: RequestRow): AttemptRecord {
  return {
    provider: row.provider,
    model: row.model,
    status: row.status,
    errorCode: row.error_code,
    startedAtMs: Number(row.started_at_ms),
    firstByteMs: row.first_byte_ms ?? undefined,
    durationMs: row.duration_ms,
    accepted: row.accepted,
    outcome: row.outcome,
  };
}

function usageOf(row: RequestRow): Usage {
  return {
    input: row.input_tokens ?? undefined,
    cacheRead: row.cache_read_tokens ?? undefined,
    cacheWrite5m: row.cache_write_5m_tokens ?? undefined,
    cacheWrite1h: row.cache_write_1h_tokens ?? undefined,
    output: row.output_tokens ?? undefined,
    reasoning: row.reasoning_tokens ?? undefined,
    images: row.images ?? undefined,
    source: row.usage_source || 'none',
  };
}

function sum(amounts: readonly string[]): bigint {
  return amounts.reduce((total, amount) => total + BigInt(amount), 0n);
}
