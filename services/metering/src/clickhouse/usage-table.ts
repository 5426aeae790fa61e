import type { ClickHouseClient } from '@clickhouse/client';
import { insertRows } from './insert-rows.ts';
import { instant, type UsageRow, usageColumns } from './usage-row.ts';

/**
 * The usage table, each row once.
 *
 * The token alone does not do it. ClickHouse 26.7 (`MergeTreeSink`) writes the token to the table's
 * deduplication log and then moves the part into place: killed between the two, it has the token and
 * not the rows, and would throw away every repetition under that token. Seen here once in some fifty
 * kills. So whoever cannot know whether an insert has happened (after an error, after a crash) asks
 * for what is missing and inserts that under a further token.
 */
export interface UsageTable {
  /** A second insert under the same token changes nothing. */
  insert(rows: readonly UsageRow[], token: string): Promise<void>;
  /** Those of the rows whose event is not in the table. */
  missing(rows: readonly UsageRow[]): Promise<readonly UsageRow[]>;
}

// Ids are bound as parameters, which go in the URL to a server: a question of some 20 KB.
const QUESTION_ROWS = 500;

// The table forgets after 25 months: what is older may be missing because it was.
const KEPT_MS = 700 * 86_400_000;

export function usageTable(client: ClickHouseClient): UsageTable {
  return {
    insert: (rows, token) => insertRows(client, 'flux.usage', usageColumns, rows, token),
    async missing(rows) {
      const keptSince = instant(Date.now() - KEPT_MS);
      const kept = rows.filter((row) => row.received_at > keptSince);
      const missing: UsageRow[] = [];
      for (let start = 0; start < kept.length; start += QUESTION_ROWS) {
        const some = kept.slice(start, start + QUESTION_ROWS);
        const present = await presentEvents(client, some);
        missing.push(...some.filter((row) => !present.has(row.event_id)));
      }
      return missing;
    },
  };
}

async function presentEvents(
  client: ClickHouseClient,
  rows: readonly UsageRow[],
): Promise<ReadonlySet<string>> {
  const result = await client.query({
    query: `SELECT event_id
FROM flux.usage
WHERE account IN {accounts:Array(String)}
  AND received_at IN {times:Array(DateTime64(3, 'UTC'))}
  AND event_id IN {events:Array(String)}`,
    query_params: {
      accounts: [...new Set(rows.map((row) => row.account))],
      times: [...new Set(rows.map((row) => row.received_at))],
      events: rows.map((row) => row.event_id),
    },
    format: 'JSONEachRow',
  });
  return new Set((await result.json<{ event_id: string }>()).map((row) => row.event_id));
}
