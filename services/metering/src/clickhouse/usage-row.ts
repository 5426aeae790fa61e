type Text = string;

/** `2026-05-17 12:34:56.789`, UTC: how ClickHouse reads a DateTime64. */
export type Instant = string;

export function instant(ms: number): Instant {
  return new Date(ms).toISOString().slice(0, -1).replace('T', ' ');
}

/** A row of `flux.usage`: migrations/001-usage.sql says what is what. */
export interface UsageRow {
  event_id: Text;
  request_id: Text;
  attempt: number;
  account: Text;
  key: Text;
  received_at: Instant;
  client_request_id: Text;
  body_id: Text;
  upstream_id: Text;
  dialect: Text;
  stream: boolean;
  original_model: Text;
  tags: Readonly<Record<Text, Text>>;
  profile: Text;
  tier: Text;
  lane: Text;
  policy: Text;
  rate_card: Text;
  routed_model: Text;
  model: Text;
  provider: Text;
  status: number;
  outcome: Text;
  error_code: Text;
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
  event_base64: Text;
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
  body_id: true,
  upstream_id: true,
  dialect: true,
  stream: true,
  original_model: true,
  tags: true,
  profile: true,
  tier: true,
  lane: true,
  policy: true,
  rate_card: true,
  routed_model: true,
  model: true,
  provider: true,
  status: true,
  outcome: true,
  error_code: true,
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
  event_base64: true,
  topic_epoch: true,
  partition: true,
  offset: true,
};

export const usageColumns = Object.keys(columns) as readonly (keyof UsageRow)[];
