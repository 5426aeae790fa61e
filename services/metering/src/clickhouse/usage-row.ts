/** A row of `flux.usage`: see the comments in migrations/001-usage.sql. */
export type UsageRow = RequestColumns & AttemptColumns & EndColumns & LogColumns;

type Text = string;
/** `2026-05-17 12:34:56.789`, UTC. */
type Instant = string;

interface RequestColumns {
  event_id: Text;
  request_id: Text;
  attempt: number;
  account: Text;
  key: Text;
  received_at: Instant;
  client_request_id: Text;
  dialect: Text;
  stream: boolean;
  original_model: Text;
  tags: Readonly<Record<Text, Text>>;
  profile: Text;
  tier: Text;
  lane: Text;
  category: Text;
  score_milli: number;
  confidence_percent: number;
  method: Text;
  policy: Text;
  rate_card: Text;
  catalogue: Text;
  reasons: readonly Text[];
  routed_model: Text;
  history_floor: Text;
  chain: readonly (readonly [model: Text, provider: Text, upstreamModel: Text])[];
  rejected: readonly (readonly [model: Text, reason: Text])[];
  health: readonly (readonly [model: Text, state: Text])[];
  model: Text;
  status: number;
  outcome: Text;
  error_code: Text;
  body_id: Text;
  upstream_id: Text;
}

export interface AttemptColumns {
  provider: Text;
  upstream_model: Text;
  started_at: Instant;
  first_byte_ms: number | null;
  duration_ms: number;
  accepted: boolean;
  input_tokens: number | null;
  cache_read_tokens: number | null;
  cache_write_5m_tokens: number | null;
  cache_write_1h_tokens: number | null;
  output_tokens: number | null;
  reasoning_tokens: number | null;
  images: number | null;
  usage_source: Text;
  cost_pico_usd: bigint;
  charged_pico_usd: bigint;
  house_pico_usd: bigint;
  direct_cost_pico_usd: bigint;
  provider_cost_pico_usd: bigint;
  hold_pico_usd: bigint;
  savings_permille: number | null;
}

export interface EndColumns {
  finished_at: Instant;
  notes: readonly Text[];
  attempts: number;
  routed: boolean;
  max_tokens: number | null;
}

interface LogColumns {
  topic_epoch: Text;
  partition: number;
  offset: bigint;
}

/** In the order of the insert; the type holds it complete. */
const columns: Readonly<Record<keyof UsageRow, true>> = {
  event_id: true,
  request_id: true,
  attempt: true,
  account: true,
  key: true,
  received_at: true,
  client_request_id: true,
  dialect: true,
  stream: true,
  original_model: true,
  tags: true,
  profile: true,
  tier: true,
  lane: true,
  category: true,
  score_milli: true,
  confidence_percent: true,
  method: true,
  policy: true,
  rate_card: true,
  catalogue: true,
  reasons: true,
  routed_model: true,
  history_floor: true,
  chain: true,
  rejected: true,
  health: true,
  model: true,
  status: true,
  outcome: true,
  error_code: true,
  body_id: true,
  upstream_id: true,
  provider: true,
  upstream_model: true,
  started_at: true,
  first_byte_ms: true,
  duration_ms: true,
  accepted: true,
  input_tokens: true,
  cache_read_tokens: true,
  cache_write_5m_tokens: true,
  cache_write_1h_tokens: true,
  output_tokens: true,
  reasoning_tokens: true,
  images: true,
  usage_source: true,
  cost_pico_usd: true,
  charged_pico_usd: true,
  house_pico_usd: true,
  direct_cost_pico_usd: true,
  provider_cost_pico_usd: true,
  hold_pico_usd: true,
  savings_permille: true,
  finished_at: true,
  notes: true,
  attempts: true,
  routed: true,
  max_tokens: true,
  topic_epoch: true,
  partition: true,
  offset: true,
};

export const usageColumns = Object.keys(columns) as readonly (keyof UsageRow)[];
