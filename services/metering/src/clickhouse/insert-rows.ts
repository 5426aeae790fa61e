import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';

const settings: ClickHouseSettings = {
  async_insert: 0,
  input_format_parallel_parsing: 0,
  // A token covers a block: all rows of an insert have to be one.
  max_insert_block_size: '1048576',
  // A clock gone wrong must not stop all other rows of its batch.
  max_partitions_per_insert_block: '0',
  // A few hundred rows: threads would only cost memory.
  max_insert_threads: '1',
};

/** @param token ClickHouse throws away a second insert under the same one; null: the table takes all. */
export async function insertRows<Row extends object>(
  client: ClickHouseClient,
  table: string,
  columns: readonly (keyof Row & string)[],
  rows: readonly Row[],
  token: string | null,
): Promise<void> {
  const deduplication: ClickHouseSettings =
    token === null ? {} : { insert_deduplicate: 1, insert_deduplication_token: token };
  await client.insert({
    table,
    columns: columns as unknown as [string, ...string[]],
    // Arrays of values: the names of 45 columns would be half of the bytes.
    format: 'JSONCompactEachRow',
    values: rows.map((row) => columns.map((column) => plain(row[column]))),
    clickhouse_settings: { ...settings, ...deduplication },
  });
}

/** JSON knows no bigint; ClickHouse reads a UInt64 in quotes. */
function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
