import type { ClickHouseClient } from '@clickhouse/client';
import { insertRows } from './insert-rows.ts';
import { instant, type UsageRow, usageColumns } from './usage-row.ts';

/**
 * The usage table, each row once.
 *
 * The token alone does not do it. ClickHouse 26.7 (`MergeTreeSink`) writes the token to the table's
 * deduplication log and then moves the part into place: killed between the two, it has the token and
 * not the rows, and would throw away every repetition under that token. Seen here once in some fifty
 * kills. And the log has room for so many tokens: of a repetition that comes after as many other
 * inserts it knows nothing. So whoever cannot know whether an insert has happened (after an error,
 * after a crash) asks what is there, inserts the rest, and asks again what is missing, which goes
 * under a further token.
 */
export interface UsageTable {
  /** A second insert under the same token changes nothing, while ClickHouse remembers the first. */
  insert(rows: readonly UsageRow[], token: string): Promise<void>;
  /** Those of the rows whose event is not in the table. */
  absent(rows: readonly UsageRow[]): Promise<readonly UsageRow[]>;
  /** As `absent`, without those that the table may have forgotten by age. */
  missing(rows: readonly UsageRow[]): Promise<readonly UsageRow[]>;
}

// Ids are bound as parameters, which go in the URL to a server: a question of some 20 KB.
const QUESTION_ROWS = 500;

// The table forgets after 25 months: what is older may be missing because it was.
const KEPT_MS = 700 * 86_400_000;

export function usageTable(client: ClickHouseClient): UsageTable {
  async function absent(rows: readonly UsageRow[]) {
    const found: UsageRow[] = [];
    for (let start = 0; start < rows.length; start += QUESTION_ROWS) {
      const some = rows.slice(start, start + QUESTION_ROWS);
      const present = await presentEvents(client, some);
      found.push(...some.filter((row) => !present.has(row.event_id)));
    }
    return found;
  }
  return {
    insert: (rows, token) => insertRows(client, 'flux.usage', usageColumns, rows, token),
    absent,
    missing(rows) {
      const keptSince = instant(Date.now() - KEPT_MS);
      return absent(rows.filter((row) => row.received_at > keptSince));
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
