import { join } from 'node:path';
import { connectClickHouse } from '@fluxrouter/metering';
import { makeQuery } from '@fluxrouter/query';
import { percentile } from '../statistics.ts';

const lookUps = 400;
const warmUp = 20;

export interface LookUp {
  readonly rows: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** A request by its id among so many rows: those that were ingested, and copies of them with other ids. */
export async function measureLookUp(dataDir: string, rowsWanted: number): Promise<LookUp> {
  const clickhouse = await connectClickHouse({ chdbPath: join(dataDir, 'clickhouse') });
  const { client } = clickhouse;
  const ask = async <Row>(query: string) =>
    (await client.query({ query, format: 'JSONEachRow' })).json<Row>();
  const count = async () =>
    Number((await ask<{ n: string }>('SELECT count() AS n FROM flux.usage'))[0]?.n);
  try {
    const columns = await ask<{ name: string }>(
      `SELECT name FROM system.columns WHERE database = 'flux' AND table = 'usage'
        AND default_kind IN ('', 'DEFAULT') ORDER BY position`,
    );
    const names = columns.map(({ name }) => name).join(', ');
    const original = await count();
    for (let copy = 1; original * copy < rowsWanted; copy += 1) {
      const id = `concat(substring(source.request_id, 1, 26), leftPad(toString(${copy}), 4, '0'))`;
      // Qualified: an alias of REPLACE would be taken for the column. An earlier half hour each: the account's rows are spread over days, as in life.
      await client.command({
        query: `INSERT INTO flux.usage (${names})
          SELECT ${names} FROM (
            SELECT * REPLACE (
              replaceOne(source.event_id, source.request_id, ${id}) AS event_id, ${id} AS request_id,
              source.received_at - toIntervalMinute(${copy} * 30) AS received_at, 'copy' AS topic_epoch)
            FROM flux.usage AS source WHERE source.topic_epoch != 'copy')`,
      });
    }
    await client.command({
      query: `INSERT INTO flux.requests_by_id (id, account, received_at, request_id)
        SELECT arrayJoin([request_id, concat('chatcmpl-', request_id)]), account, received_at, request_id
        FROM flux.usage WHERE topic_epoch = 'copy' AND attempt = 0`,
    });
    const rows = await count();
    if (rows < rowsWanted) throw new Error(`there are ${rows} rows in place of ${rowsWanted}`);
    const ids = await ask<{ account: string; request_id: string }>(
      `SELECT DISTINCT account, request_id FROM flux.usage WHERE attempt = 0
       ORDER BY cityHash64(request_id) LIMIT ${lookUps + warmUp}`,
    );
    const query = makeQuery({ clickhouse: client, completeUntil: () => 0 });
    const times: number[] = [];
    for (const { account, request_id: id } of ids) {
      const startedAt = performance.now();
      const { record } = await query.getRequest({ account, id });
      times.push(performance.now() - startedAt);
      if (record === undefined) throw new Error(`${id} was not found`);
    }
    const warm = times.slice(warmUp);
    return { rows, p50Ms: percentile(warm, 50), p99Ms: percentile(warm, 99) };
  } finally {
    await clickhouse.close();
  }
}
