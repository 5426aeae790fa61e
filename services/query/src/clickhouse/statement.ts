import type { ClickHouseReader } from '../ports.ts';

/** Text with `{name:Type}` in the place of each value, and the values. */
export interface Statement {
  readonly text: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Enough for an account's busiest month; a query that needs more would take the engine, and the
 * inserts with it, down.
 */
const settings = {
  max_execution_time: 30,
  max_memory_usage: '1000000000',
  // The key has the time that makes the partition: copies of a row are in one.
  do_not_merge_across_partitions_select_final: 1,
} as const;

export async function selectRows<Row>(
  clickhouse: ClickHouseReader,
  { text, values }: Statement,
): Promise<Row[]> {
  const result = await clickhouse.query({
    query: text,
    query_params: { ...values },
    format: 'JSONEachRow',
    clickhouse_settings: settings,
  });
  return result.json<Row>();
}
