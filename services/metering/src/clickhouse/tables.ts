import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import { type UsageRow, usageColumns } from './usage-row.ts';

/** Where the rows of a batch go. A second insert under the same token changes nothing. */
export interface Table<Row> {
  insert(rows: readonly Row[], token: string): Promise<void>;
}

/** What is kept of a record that could not be made into a row: never what is in it. */
export interface DeadRow {
  topic: string;
  topic_epoch: string;
  partition: number;
  offset: bigint;
  type: string;
  reason: string;
  value_bytes: number;
  value_sha256: string;
  appended_at: string;
}

const deadColumns: readonly (keyof DeadRow)[] = [
  'topic',
  'topic_epoch',
  'partition',
  'offset',
  'type',
  'reason',
  'value_bytes',
  'value_sha256',
  'appended_at',
];

export function usageTable(client: ClickHouseClient): Table<UsageRow> {
  return table(client, 'flux.usage', usageColumns);
}

export function deadTable(client: ClickHouseClient): Table<DeadRow> {
  return table(client, 'flux.usage_dead', deadColumns);
}

/**
 * The token covers a block: all rows of an insert have to be one. Deduplication is on in the views'
 * tables too, because a crash may fall between a table and its view.
 */
const insertSettings: ClickHouseSettings = {
  async_insert: 0,
  insert_deduplicate: 1,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  input_format_parallel_parsing: 0,
  max_insert_block_size: '1048576',
  // A clock gone wrong must not stop all other rows of its batch.
  max_partitions_per_insert_block: '0',
  // 45 columns and a few hundred rows: threads would only cost memory.
  max_insert_threads: '1',
};

function table<Row extends object>(
  client: ClickHouseClient,
  name: string,
  columns: readonly (keyof Row & string)[],
): Table<Row> {
  return {
    async insert(rows, token) {
      await client.insert({
        table: name,
        columns: columns as unknown as [string, ...string[]],
        // Arrays of values: the names of 45 columns would be half of the bytes.
        format: 'JSONCompactEachRow',
        values: rows.map((row) => columns.map((column) => plain(row[column]))),
        clickhouse_settings: { ...insertSettings, insert_deduplication_token: token },
      });
    },
  };
}

/** JSON knows no bigint; ClickHouse reads a UInt64 in quotes. */
function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
