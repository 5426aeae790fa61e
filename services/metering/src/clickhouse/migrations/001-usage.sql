-- The rows of both events: an attempt at a provider (attempt > 0) and the end of a request (attempt 0).
-- What only one of them has is empty, 0 or null in the other. The columns are what is filtered,
-- grouped and summed; the event itself is the record, and all there is to know of it.
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
    body_id String,
    upstream_id String,
    dialect LowCardinality(String),
    stream Bool,
    original_model LowCardinality(String),
    tags Map(LowCardinality(String), String),
    profile LowCardinality(String),
    tier LowCardinality(String),
    lane LowCardinality(String),
    policy LowCardinality(String),
    rate_card LowCardinality(String),
    routed_model LowCardinality(String),
    -- Of an end: the model that the answer's headers named.
    model LowCardinality(String),
    provider LowCardinality(String),
    status UInt32,
    outcome LowCardinality(String),
    error_code LowCardinality(String),
    first_byte_ms Nullable(UInt32),
    -- Of an end: from the receipt to the end.
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

    -- Protobuf; JSON cannot carry bytes, so they come in base64 and are stored as they are.
    event_base64 String EPHEMERAL,
    event String DEFAULT base64Decode(event_base64) CODEC(ZSTD),

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
-- Small granules: to look a request up is to unpack one of them.
SETTINGS non_replicated_deduplication_window = {deduplicationWindow}, ttl_only_drop_parts = 1,
    index_granularity = 1024, index_granularity_bytes = 1048576;

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
SETTINGS non_replicated_deduplication_window = {deduplicationWindow}, ttl_only_drop_parts = 1,
    index_granularity = 1024;

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
