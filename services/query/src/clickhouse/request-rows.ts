/** What a record is made of: the rows of one request, as the queries of this service select them. */
export interface RequestRow {
  request_id: string;
  /** 0: the request's end. */
  attempt: number;
  account: string;
  key: string;
  received_at_ms: string;
  client_request_id: string;
  dialect: string;
  stream: boolean;
  original_model: string;
  tags: Readonly<Record<string, string>>;
  profile: string;
  tier: string;
  lane: string;
  confidence_percent: number;
  method: string;
  policy: string;
  rate_card: string;
  reasons: string[];
  routed_model: string;
  model: string;
  status: number;
  outcome: string;
  error_code: string;
  body_id: string;
  upstream_id: string;
  provider: string;
  upstream_model: string;
  started_at_ms: string;
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
  usage_source: string;
  charged_pico_usd: string;
  direct_cost_pico_usd: string;
  provider_cost_pico_usd: string;
  savings_permille: number | null;
  finished_at_ms: string;
  notes: string[];
  attempts: number;
  routed: boolean;
  max_tokens: number | null;
  version: string;
}

const plainColumns = [
  'request_id',
  'attempt',
  'account',
  'key',
  'client_request_id',
  'dialect',
  'stream',
  'original_model',
  'tags',
  'profile',
  'tier',
  'lane',
  'confidence_percent',
  'method',
  'policy',
  'rate_card',
  'reasons',
  'routed_model',
  'model',
  'status',
  'outcome',
  'error_code',
  'body_id',
  'upstream_id',
  'provider',
  'upstream_model',
  'first_byte_ms',
  'duration_ms',
  'accepted',
  'input_tokens',
  'cache_read_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
  'output_tokens',
  'reasoning_tokens',
  'images',
  'usage_source',
  'charged_pico_usd',
  'direct_cost_pico_usd',
  'provider_cost_pico_usd',
  'savings_permille',
  'notes',
  'attempts',
  'routed',
  'max_tokens',
  'version',
] as const satisfies readonly (keyof RequestRow)[];

const instants = ['received_at', 'started_at', 'finished_at'] as const;

/** The select list of a `RequestRow`. */
export const requestRowColumns: string = [
  ...plainColumns,
  ...instants.map((name) => `toUnixTimestamp64Milli(${name}) AS ${name}_ms`),
].join(', ');
