import { attemptEventId, endEventId, operationalText } from '@fluxrouter/events';
import type {
  AttemptFinished,
  Decision,
  RequestFacts,
  RequestFinished,
} from '@fluxrouter/generated/events';
import type { AttemptColumns, EndColumns, UsageRow } from '../clickhouse/usage-row.ts';
import { deadLetter, type Outcome, ok } from '../pipeline.ts';
import type { LoggedEvent } from './decode-event.ts';
import { StoredText } from './stored-text.ts';

// A request from outside of this range has a broken clock or a broken id: its month can't be billed.
const EARLIEST_MS = Date.UTC(2020);
const LATEST_MS = Date.UTC(2100);

/** Event → row of `flux.usage`. `onWithheld` is told how many texts of a row had to be left out. */
export function toUsageRow(onWithheld: (count: number) => void) {
  return function toUsageRow(logged: LoggedEvent): Outcome<UsageRow> {
    const { decoded, epoch, partition, offset } = logged;
    const facts = decoded.event.request;
    if (facts === undefined) return deadLetter('request_missing');
    const fault = faultOf(facts);
    if (fault !== null) return deadLetter(fault);
    const text = new StoredText();
    const row: UsageRow = {
      ...factsColumns(facts, text),
      ...decisionColumns(facts.decision, text),
      ...(decoded.type === 'AttemptFinished'
        ? { ...NO_END, ...attemptColumns(facts, decoded.event, text) }
        : { ...NO_ATTEMPT, ...endColumns(facts, decoded.event, text) }),
      topic_epoch: epoch,
      partition,
      offset,
    };
    if (text.withheld > 0) onWithheld(text.withheld);
    return ok(row);
  };
}

function faultOf(facts: RequestFacts): string | null {
  if (operationalText(facts.requestId) === null) return 'request_id_invalid';
  if (facts.account !== '' && operationalText(facts.account) === null) return 'account_invalid';
  const timely = facts.receivedAtMs >= EARLIEST_MS && facts.receivedAtMs < LATEST_MS;
  return timely ? null : 'received_at_invalid';
}

function factsColumns(facts: RequestFacts, { chosen, listed }: StoredText) {
  return {
    request_id: facts.requestId,
    account: facts.account,
    key: listed(facts.key),
    received_at: instant(facts.receivedAtMs),
    client_request_id: chosen(facts.clientRequestId),
    dialect: listed(facts.dialect),
    stream: facts.stream,
    original_model: chosen(facts.originalModel),
    tags: Object.fromEntries(facts.tags.map((tag) => [chosen(tag.name), chosen(tag.value)])),
  };
}

function decisionColumns(decision: Decision | undefined, { listed }: StoredText) {
  return {
    profile: listed(decision?.profile ?? ''),
    tier: listed(decision?.tier ?? ''),
    lane: listed(decision?.lane ?? ''),
    category: listed(decision?.category ?? ''),
    score_milli: decision?.scoreMilli ?? 0,
    confidence_percent: decision?.confidencePercent ?? 0,
    method: listed(decision?.method ?? ''),
    policy: listed(decision?.policy ?? ''),
    rate_card: listed(decision?.rateCard ?? ''),
    catalogue: listed(decision?.catalogue ?? ''),
    reasons: (decision?.reasons ?? []).map(listed),
    routed_model: listed(decision?.routedModel ?? ''),
    history_floor: listed(decision?.historyFloor ?? ''),
    chain: (decision?.chain ?? []).map(
      (each) => [listed(each.model), listed(each.provider), listed(each.upstreamModel)] as const,
    ),
    rejected: (decision?.rejected ?? []).map(
      (each) => [listed(each.model), listed(each.reason)] as const,
    ),
    health: (decision?.health ?? []).map(
      (each) => [listed(each.model), listed(each.state)] as const,
    ),
  };
}

function attemptColumns(
  facts: RequestFacts,
  event: AttemptFinished,
  { chosen, listed }: StoredText,
) {
  const usage = event.usage;
  return {
    event_id: attemptEventId(facts.requestId, event.attempt),
    attempt: event.attempt,
    model: listed(event.model),
    status: event.status,
    outcome: listed(event.outcome),
    error_code: listed(event.errorCode),
    body_id: chosen(event.bodyId),
    upstream_id: chosen(event.upstreamId),
    provider: listed(event.provider),
    upstream_model: chosen(event.upstreamModel),
    started_at: instant(event.startedAtMs),
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
    usage_source: listed(usage?.source ?? ''),
    cost_pico_usd: event.costPicoUsd,
    charged_pico_usd: event.chargedPicoUsd,
    house_pico_usd: event.housePicoUsd,
    direct_cost_pico_usd: event.directCostPicoUsd,
    provider_cost_pico_usd: event.providerCostPicoUsd,
    hold_pico_usd: event.holdPicoUsd,
    savings_permille: event.savingsPermille ?? null,
  };
}

function endColumns(facts: RequestFacts, event: RequestFinished, { chosen, listed }: StoredText) {
  return {
    event_id: endEventId(facts.requestId),
    attempt: 0,
    model: listed(event.servedModel),
    status: event.status,
    outcome: listed(event.outcome),
    error_code: listed(event.errorCode),
    body_id: chosen(event.bodyId),
    upstream_id: chosen(event.upstreamId),
    finished_at: instant(event.finishedAtMs),
    notes: event.notes.map(listed),
    attempts: event.attempts,
    routed: event.routed,
    max_tokens: event.maxTokens ?? null,
  };
}

/** As ClickHouse reads a DateTime64(3, 'UTC'). */
function instant(ms: number): string {
  const date = new Date(ms >= 0 && ms < LATEST_MS ? ms : 0);
  return date.toISOString().slice(0, -1).replace('T', ' ');
}

const NO_ATTEMPT: AttemptColumns = {
  provider: '',
  upstream_model: '',
  started_at: instant(0),
  first_byte_ms: null,
  duration_ms: 0,
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
  hold_pico_usd: 0n,
  savings_permille: null,
};

const NO_END: EndColumns = {
  finished_at: instant(0),
  notes: [],
  attempts: 0,
  routed: false,
  max_tokens: null,
};
