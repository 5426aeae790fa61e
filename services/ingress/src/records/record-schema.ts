/** JSON Schema (2020-12) of the record of a request, as /v1/requests/{id} gives it. */
const name = { type: ['string', 'null'], pattern: '^[A-Za-z0-9._:/@-]{1,128}$' } as const;
const usd = {
  type: 'string',
  pattern: '^\\d+(\\.\\d*[1-9])?$',
  description: 'US dollars, exact',
} as const;
const time = { type: 'string', format: 'date-time' } as const;
const count = {
  type: ['integer', 'null'],
  minimum: 0,
  description: 'null: not reported; 0: none',
} as const;

/** How a request may end. */
export const OUTCOMES = [
  'completed',
  'incomplete',
  'refused',
  'failed',
  'client_gone',
  'cut',
  'orphaned',
] as const;

const attempt = {
  type: 'object',
  properties: {
    provider: name,
    model: name,
    status: { type: ['integer', 'null'], description: "HTTP status of the provider's answer" },
    errorCode: name,
    outcome: { enum: OUTCOMES },
    accepted: {
      type: 'boolean',
      description: 'its output was written to the client: it is charged',
    },
    startedAt: time,
    firstByteMs: count,
    durationMs: { type: 'integer' },
  },
} as const;

const usage = {
  type: 'object',
  description: 'Disjoint buckets, one for each unit that is billed',
  properties: {
    input: count,
    cacheRead: count,
    cacheWrite5m: count,
    cacheWrite1h: count,
    output: count,
    reasoning: { ...count, description: 'a sub-count of output' },
    images: count,
    source: { enum: ['provider', 'partial', 'estimated', 'none'] },
  },
} as const;

export const recordSchema = {
  $id: 'https://fluxrouter.ai/schemas/request-record.json',
  type: 'object',
  properties: {
    id: { type: 'string', pattern: '^req_[0-9A-HJKMNP-TV-Z]{26}$' },
    clientRequestId: {
      ...name,
      description: 'X-Client-Request-Id; clients reuse theirs over retries',
    },
    bodyId: { ...name, description: "the answer's own id: chatcmpl-…, msg_…, resp_…" },
    upstreamId: { ...name, description: "the provider's request id" },
    account: name,
    key: { ...name, description: 'the id of the key, not the key' },
    tags: { type: 'object', additionalProperties: { type: 'string' } },
    dialect: {
      enum: ['openai-chat', 'openai-responses', 'anthropic-messages', 'openai-images'],
    },
    stream: { type: 'boolean' },
    originalModel: { ...name, description: 'X-Flux-Original-Model: `model` as sent' },
    routedModel: { ...name, description: 'what the router chose first' },
    model: { ...name, description: 'X-Flux-Model: what answered' },
    routed: { type: 'boolean', description: 'X-Flux-Routed' },
    upstreamModel: { ...name, description: "the model's name in the provider's answer" },
    lane: { enum: ['fast', 'standard', 'reasoning', 'image', null] },
    tier: { enum: ['NANO', 'SIMPLE', 'LIGHT', 'STANDARD', 'COMPLEX', null] },
    profile: { enum: ['auto', 'tier', 'direct', null] },
    confidence: { type: ['number', 'null'], minimum: 0, maximum: 1 },
    method: { enum: ['rules', null] },
    policy: { ...name, description: 'hash of the routing policy' },
    reasons: { type: 'array', items: { type: 'string' } },
    attempts: { type: 'array', items: attempt },
    usage,
    costUsd: { ...usd, description: 'charged; X-Flux-Cost-Usd' },
    directCostUsd: { ...usd, description: "at the provider's list price" },
    rateCard: { ...name, description: 'version of the rate card' },
    savingsPct: { type: ['number', 'null'], description: 'against the baseline model' },
    outcome: { enum: OUTCOMES },
    status: { type: ['integer', 'null'], description: 'HTTP status that the client got' },
    errorCode: name,
    maxTokens: { type: ['integer', 'null'], description: 'X-Flux-Max-Tokens' },
    notes: { type: 'array', items: { type: 'string' } },
    health: {
      type: 'object',
      additionalProperties: { enum: ['healthy', 'degraded', 'down'] },
      description:
        'models that were not healthy when it was decided, of those that could have served',
    },
    facts: {
      type: 'array',
      items: { type: 'integer', minimum: 0 },
      description:
        'counts and flags that were decided on, packed: `flux policy compare` reads them',
    },
    receivedAt: time,
    finishedAt: time,
  },
} as const;
