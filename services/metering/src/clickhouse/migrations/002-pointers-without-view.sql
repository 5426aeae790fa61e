-- The pointers are inserted beside the rows, by metering. A view's table recognises a repeated insert
-- by ClickHouse's deduplication log, and that log is written before the part: killed between the
-- two, the engine takes the part for present ever after (see clickhouse/usage-table.ts).
DROP VIEW IF EXISTS flux.requests_by_id_view;

-- A second copy does no harm in these two, so nothing is to be taken for a repetition.
ALTER TABLE flux.requests_by_id MODIFY SETTING non_replicated_deduplication_window = 0;
ALTER TABLE flux.usage_dead MODIFY SETTING non_replicated_deduplication_window = 0;
