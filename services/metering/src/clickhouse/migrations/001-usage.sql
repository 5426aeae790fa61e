-- The rows of both events: an attempt at a provider (attempt > 0) and the end of a request (attempt 0).
-- What only one of them has is empty, 0 or null in the other.
CREATE TABLE IF NOT EXISTS flux.usage
(
    -- <request id>.<attempt>, or <request id>.end
    event_id String,
    request_id String,
    attempt UInt32,
    account String,
    key String,
    -- Of the request, out of its ULID: the time of all its rows.
    received_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    client_request_id String,
    dialect LowCardinality(String),
    stream Bool,
    original_model LowCardinality(String),
    tags Map(LowCardinality(String), String),

    -- The decision.
    profile LowCardinality(String),
    tier LowCardinality(String),
    lane LowCardinality(String),
    category LowCardinality(String),
    score_milli Int32,
    confidence_percent UInt32,
    method LowCardinality(String),
    policy LowCardinality(String),
    rate_card LowCardinality(String),
    catalogue LowCardinality(String),
    reasons Array(LowCardinality(String)),
    routed_model LowCardinality(String),
    history_floor LowCardinality(String),
    chain Array(Tuple(model LowCardinality(String), provider LowCardinality(String), upstream_model LowCardinality(String))),
    rejected Array(Tuple(model LowCardinality(String), reason LowCardinality(String))),
    health Array(Tuple(model LowCardinality(String), state LowCardinality(String))),

    -- Of both events. Of an end, `model` is the one that the answer's headers named.
    model LowCardinality(String),
    status UInt32,
    outcome LowCardinality(String),
    error_code LowCardinality(String),
    body_id String,
    upstream_id String,

    -- Of an attempt.
    provider LowCardinality(String),
    upstream_model LowCardinality(String),
    started_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    first_byte_ms Nullable(UInt32),
    duration_ms UInt32,
    accepted Bool,
    -- Null: not reported. 0: zero.
    input_tokens Nullable(UInt32),
    cache_read_tokens Nullable(UInt32),
    cache_write_5m_tokens Nullable(UInt32),
    cache_write_1h_tokens Nullable(UInt32),
    output_tokens Nullable(UInt32),
    reasoning_tokens Nullable(UInt32),
    images Nullable(UInt32),
    usage_source LowCardinality(String),
    cost_pico_usd UInt64,
    charged_pico_usd UInt64,
    house_pico_usd UInt64,
    direct_cost_pico_usd UInt64,
    provider_cost_pico_usd UInt64,
    hold_pico_usd UInt64,
    savings_permille Nullable(Int32),

    -- Of an end.
    finished_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    notes Array(LowCardinality(String)),
    attempts UInt32,
    routed Bool,
    max_tokens Nullable(UInt32),

    -- Where it was in the log. The first copy wins: the lowest offset is the highest version.
    topic_epoch LowCardinality(String),
    partition UInt32,
    offset UInt64 CODEC(Delta, ZSTD),
    version UInt64 MATERIALIZED 18446744073709551615 - offset
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(received_at)
-- Only what the producer set, so that a second copy has the same key.
ORDER BY (account, received_at, event_id)
TTL toDateTime(received_at) + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = {deduplicationWindow}, ttl_only_drop_parts = 1, index_granularity = 2048;

-- From any id that somebody may have in hand to where the request's rows are.
CREATE TABLE IF NOT EXISTS flux.requests_by_id
(
    id String,
    account String,
    received_at DateTime64(3, 'UTC'),
    request_id String
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (id, account, received_at, request_id)
TTL toDateTime(received_at) + INTERVAL 25 MONTH
SETTINGS non_replicated_deduplication_window = {deduplicationWindow}, ttl_only_drop_parts = 1, index_granularity = 1024;

-- The ids of an attempt are its own; ours and the client's come once, with the end.
CREATE MATERIALIZED VIEW IF NOT EXISTS flux.requests_by_id_view TO flux.requests_by_id AS
SELECT
    arrayJoin(arrayFilter(id -> id != '', arrayDistinct(
        if(attempt = 0, [request_id, client_request_id, body_id, upstream_id], [body_id, upstream_id])
    ))) AS id,
    account,
    received_at,
    request_id
FROM flux.usage;

-- Records that could not be made into rows: where they are in the log and why, never what is in them.
CREATE TABLE IF NOT EXISTS flux.usage_dead
(
    topic LowCardinality(String),
    topic_epoch LowCardinality(String),
    partition UInt32,
    offset UInt64,
    type LowCardinality(String),
    reason LowCardinality(String),
    value_bytes UInt32,
    value_sha256 FixedString(64),
    appended_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (topic, topic_epoch, partition, offset)
SETTINGS non_replicated_deduplication_window = {deduplicationWindow};
