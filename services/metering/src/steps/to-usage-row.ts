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

function factsColumns(facts: RequestFacts, { name }: StoredText) {
  return {
    request_id: facts.requestId,
    account: facts.account,
    key: name(facts.key),
    received_at: instant(facts.receivedAtMs),
    client_request_id: name(facts.clientRequestId),
    dialect: name(facts.dialect),
    stream: facts.stream,
    original_model: name(facts.originalModel),
    tags: Object.fromEntries(facts.tags.map((tag) => [name(tag.name), name(tag.value)])),
  };
}

function decisionColumns(decision: Decision | undefined, { name, sentence }: StoredText) {
  return {
    profile: name(decision?.profile ?? ''),
    tier: name(decision?.tier ?? ''),
    lane: name(decision?.lane ?? ''),
    category: name(decision?.category ?? ''),
    score_milli: decision?.scoreMilli ?? 0,
    confidence_percent: decision?.confidencePercent ?? 0,
    method: name(decision?.method ?? ''),
    policy: name(decision?.policy ?? ''),
    rate_card: name(decision?.rateCard ?? ''),
    catalogue: name(decision?.catalogue ?? ''),
    reasons: (decision?.reasons ?? []).map(sentence),
    routed_model: name(decision?.routedModel ?? ''),
    history_floor: name(decision?.historyFloor ?? ''),
    chain: (decision?.chain ?? []).map(
      (each) => [name(each.model), name(each.provider), name(each.upstreamModel)] as const,
    ),
    rejected: (decision?.rejected ?? []).map(
      (each) => [name(each.model), sentence(each.reason)] as const,
    ),
    health: (decision?.health ?? []).map((each) => [name(each.model), name(each.state)] as const),
  };
}

function attemptColumns(facts: RequestFacts, event: AttemptFinished, { name }: StoredText) {
  const usage = event.usage;
  return {
    event_id: attemptEventId(facts.requestId, event.attempt),
    attempt: event.attempt,
    model: name(event.model),
    status: event.status,
    outcome: name(event.outcome),
    error_code: name(event.errorCode),
    body_id: name(event.bodyId),
    upstream_id: name(event.upstreamId),
    provider: name(event.provider),
    upstream_model: name(event.upstreamModel),
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
    usage_source: name(usage?.source ?? ''),
    cost_pico_usd: event.costPicoUsd,
    charged_pico_usd: event.chargedPicoUsd,
    house_pico_usd: event.housePicoUsd,
    direct_cost_pico_usd: event.directCostPicoUsd,
    provider_cost_pico_usd: event.providerCostPicoUsd,
    hold_pico_usd: event.holdPicoUsd,
    savings_permille: event.savingsPermille ?? null,
  };
}

function endColumns(facts: RequestFacts, event: RequestFinished, { name, sentence }: StoredText) {
  return {
    event_id: endEventId(facts.requestId),
    attempt: 0,
    model: name(event.servedModel),
    status: event.status,
    outcome: name(event.outcome),
    error_code: name(event.errorCode),
    body_id: name(event.bodyId),
    upstream_id: name(event.upstreamId),
    finished_at: instant(event.finishedAtMs),
    notes: event.notes.map(sentence),
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
