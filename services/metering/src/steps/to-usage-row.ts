import { attemptEventId, endEventId, operationalText } from '@fluxrouter/events';
import type { AttemptFinished, RequestFacts, RequestFinished } from '@fluxrouter/generated/events';
import { instant, type UsageRow } from '../clickhouse/usage-row.ts';
import { deadLetter, type Outcome, ok } from '../pipeline.ts';
import type { LoggedEvent } from './decode-event.ts';

// A request from outside of this range has a broken clock or a broken id: its month can't be billed.
const EARLIEST_MS = Date.UTC(2020);
const LATEST_MS = Date.UTC(2100);

/** Event → row of `flux.usage`. */
export function toUsageRow() {
  return function toUsageRow(logged: LoggedEvent): Outcome<UsageRow> {
    const { decoded, bytes, epoch, partition, offset } = logged;
    const facts = decoded.event.request;
    if (facts === undefined) return deadLetter('request_missing');
    const fault = faultOf(facts);
    if (fault !== null) return deadLetter(fault);
    return ok({
      ...factsColumns(facts),
      ...(decoded.type === 'AttemptFinished'
        ? attemptColumns(facts, decoded.event)
        : endColumns(facts, decoded.event)),
      event_base64: base64(bytes),
      topic_epoch: epoch,
      partition,
      offset,
    });
  };
}

function faultOf(facts: RequestFacts): string | null {
  if (operationalText(facts.requestId) === null) return 'request_id_invalid';
  if (facts.account !== '' && operationalText(facts.account) === null) return 'account_invalid';
  const timely = facts.receivedAtMs >= EARLIEST_MS && facts.receivedAtMs < LATEST_MS;
  return timely ? null : 'received_at_invalid';
}

function factsColumns(facts: RequestFacts) {
  const { decision } = facts;
  return {
    request_id: facts.requestId,
    account: facts.account,
    key: facts.key,
    received_at: instant(facts.receivedAtMs),
    client_request_id: facts.clientRequestId,
    dialect: facts.dialect,
    stream: facts.stream,
    original_model: facts.originalModel,
    tags: Object.fromEntries(facts.tags.map((tag) => [tag.name, tag.value])),
    profile: decision?.profile ?? '',
    tier: decision?.tier ?? '',
    lane: decision?.lane ?? '',
    policy: decision?.policy ?? '',
    rate_card: decision?.rateCard ?? '',
    routed_model: decision?.routedModel ?? '',
  };
}

function attemptColumns(facts: RequestFacts, event: AttemptFinished) {
  const { usage } = event;
  return {
    event_id: attemptEventId(facts.requestId, event.attempt),
    attempt: event.attempt,
    body_id: event.bodyId,
    upstream_id: event.upstreamId,
    model: event.model,
    provider: event.provider,
    status: event.status,
    outcome: event.outcome,
    error_code: event.errorCode,
    first_byte_ms: event.firstByteMs ?? null,
    duration_ms: event.durationMs,
    accepted: event.accepted,
    input_tokens: usage?.input ?? null,
    cache_read_tokens: usage?.cacheRead ?? null,
    cache_write_5m_tokens: usage?.cacheWrite5m ?? null,
    cache_write_1h_tokens: usage?.cacheWrite1h ?? null,
    output_tokens: usage?.output ?? null,
    reasoning_tokens: usage?.reasoning ?? null,
    images: usage?.images ?? null,
    usage_source: usage?.source ?? '',
    cost_pico_usd: event.costPicoUsd,
    charged_pico_usd: event.chargedPicoUsd,
    house_pico_usd: event.housePicoUsd,
    direct_cost_pico_usd: event.directCostPicoUsd,
    provider_cost_pico_usd: event.providerCostPicoUsd,
  };
}

function endColumns(facts: RequestFacts, event: RequestFinished) {
  return {
    ...NOTHING_USED,
    event_id: endEventId(facts.requestId),
    attempt: 0,
    body_id: event.bodyId,
    upstream_id: event.upstreamId,
    model: event.servedModel,
    status: event.status,
    outcome: event.outcome,
    error_code: event.errorCode,
    duration_ms: durationMs(facts.receivedAtMs, event.finishedAtMs),
  };
}

/** 0 where a clock went backwards or the end has no time. */
function durationMs(fromMs: number, toMs: number): number {
  const duration = Math.round(toMs - fromMs);
  return duration > 0 && duration < 2 ** 32 ? duration : 0;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

const NOTHING_USED = {
  provider: '',
  first_byte_ms: null,
  accepted: false,
  input_tokens: null,
  cache_read_tokens: null,
  cache_write_5m_tokens: null,
  cache_write_1h_tokens: null,
  output_tokens: null,
  reasoning_tokens: null,
  images: null,
  usage_source: '',
  cost_pico_usd: 0n,
  charged_pico_usd: 0n,
  house_pico_usd: 0n,
  direct_cost_pico_usd: 0n,
  provider_cost_pico_usd: 0n,
} as const satisfies Partial<UsageRow>;
