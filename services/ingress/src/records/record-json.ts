import type { RequestRecord } from '@fluxrouter/generated/query';
import { formatUsd } from '@fluxrouter/pricing';

/** A record as the contract names its fields. null: there is none. */
export function recordJson(record: RequestRecord): object {
  const { usage } = record;
  return {
    id: record.id,
    clientRequestId: orNull(record.clientRequestId),
    bodyId: orNull(record.bodyId),
    upstreamId: orNull(record.upstreamId),
    account: orNull(record.account),
    key: orNull(record.key),
    tags: Object.fromEntries(record.tags.map(({ name, value }) => [name, value])),
    dialect: record.dialect,
    stream: record.stream,
    originalModel: orNull(record.originalModel),
    routedModel: orNull(record.routedModel),
    model: orNull(record.model),
    routed: record.routed,
    upstreamModel: orNull(record.upstreamModel),
    lane: orNull(record.lane),
    tier: orNull(record.tier),
    profile: orNull(record.profile),
    confidence: record.profile === '' ? null : record.confidencePercent / 100,
    method: orNull(record.method),
    policy: orNull(record.policy),
    reasons: record.reasons,
    attempts: record.attempts.map((attempt) => ({
      provider: attempt.provider,
      model: attempt.model,
      status: attempt.status === 0 ? null : attempt.status,
      errorCode: orNull(attempt.errorCode),
      outcome: attempt.outcome,
      accepted: attempt.accepted,
      startedAt: time(attempt.startedAtMs),
      firstByteMs: attempt.firstByteMs ?? null,
      durationMs: attempt.durationMs,
    })),
    usage: {
      input: usage?.input ?? null,
      cacheRead: usage?.cacheRead ?? null,
      cacheWrite5m: usage?.cacheWrite5m ?? null,
      cacheWrite1h: usage?.cacheWrite1h ?? null,
      output: usage?.output ?? null,
      reasoning: usage?.reasoning ?? null,
      images: usage?.images ?? null,
      source: usage?.source ?? 'none',
    },
    costUsd: formatUsd(record.costPicoUsd),
    directCostUsd: formatUsd(record.directCostPicoUsd),
    ...(record.providerCostPicoUsd === undefined
      ? {}
      : { providerCostUsd: formatUsd(record.providerCostPicoUsd) }),
    rateCard: orNull(record.rateCard),
    savingsPct: record.savingsPermille === undefined ? null : record.savingsPermille / 10,
    outcome: record.outcome,
    status: record.status === 0 ? null : record.status,
    errorCode: orNull(record.errorCode),
    maxTokens: record.maxTokens ?? null,
    notes: record.notes,
    health: Object.fromEntries(record.health.map(({ model, state }) => [model, state])),
    facts: record.facts,
    receivedAt: time(record.receivedAtMs),
    finishedAt: time(record.finishedAtMs),
  };
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
