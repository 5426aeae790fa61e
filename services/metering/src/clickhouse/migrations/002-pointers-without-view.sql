-- The pointers are inserted beside the rows, by metering. A view's table recognises a repeated insert
-- by ClickHouse's deduplication log, and that log is written before the part: killed between the
-- two, the engine takes the part for present ever after (docs of clickhouse/usage-table.ts).
DROP VIEW IF EXISTS flux.requests_by_id_view;
