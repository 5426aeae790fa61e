import type { ClickHouseClient } from '@clickhouse/client';
import { instant } from '../clickhouse/usage-row.ts';
import type { LoggedSum } from './read-log.ts';
import { addTo, type HourlySums } from './sums.ts';

/** A range of offsets of one partition of one life of the topic. */
export interface LogRange {
  readonly topic: string;
  readonly epoch: string;
  readonly partition: number;
  readonly start: bigint;
  /** The offset after the last one. */
  readonly end: bigint;
}

/** What ClickHouse has of a range of the log. */
export interface StoredSums {
  /** Events whose row is of this range, each once, as an invoice counts them. */
  sums(range: LogRange): Promise<HourlySums>;
  /** Offsets of the range that are in quarantine. */
  quarantined(range: LogRange): Promise<ReadonlySet<bigint>>;
  /** Event ids of the range, and which of the others are there from elsewhere: a first copy. */
  present(range: LogRange, events: readonly LoggedSum[]): Promise<PresentEvents>;
}

export interface PresentEvents {
  readonly ofRange: ReadonlySet<string>;
  readonly elsewhere: ReadonlySet<string>;
}

// Ids are bound as parameters, which go in the URL to a server.
const QUESTION_IDS = 300;

export function storedSums(client: ClickHouseClient): StoredSums {
  const rows = async <Row>(query: string, query_params: Record<string, unknown>) => {
    const result = await client.query({ query, query_params, format: 'JSONEachRow' });
    return result.json<Row>();
  };
  return {
    async sums(range) {
      const found = await rows<{ hour: number } & Record<string, string>>(
        `SELECT toUInt32(intDiv(toUnixTimestamp(received_at), 3600)) AS hour, count() AS events,
  sum(cost_pico_usd) AS cost, sum(charged_pico_usd) AS charged, sum(house_pico_usd) AS house
FROM (
  SELECT received_at, cost_pico_usd, charged_pico_usd, house_pico_usd
  FROM flux.usage WHERE ${ofRange} LIMIT 1 BY event_id
)
GROUP BY hour`,
        rangeParameters(range),
      );
      const sums: HourlySums = new Map();
      for (const row of found) {
        const [events, cost] = [BigInt(row['events'] ?? 0), BigInt(row['cost'] ?? 0)];
        const [charged, house] = [BigInt(row['charged'] ?? 0), BigInt(row['house'] ?? 0)];
        addTo(sums, Number(row.hour), { events, cost, charged, house });
      }
      return sums;
    },
    async quarantined(range) {
      const found = await rows<{ offset: string }>(
        `SELECT DISTINCT offset FROM flux.usage_dead WHERE topic = {topic:String} AND ${ofRange}`,
        { ...rangeParameters(range), topic: range.topic },
      );
      return new Set(found.map(({ offset }) => BigInt(offset)));
    },
    async present(range, events) {
      const here = await rows<{ event_id: string }>(
        `SELECT DISTINCT event_id FROM flux.usage WHERE ${ofRange}`,
        rangeParameters(range),
      );
      const ofThisRange = new Set(here.map(({ event_id }) => event_id));
      const others = events.filter(({ eventId }) => eventId !== null && !ofThisRange.has(eventId));
      const elsewhere = new Set<string>();
      for (let start = 0; start < others.length; start += QUESTION_IDS) {
        const some = others.slice(start, start + QUESTION_IDS);
        const found = await rows<{ event_id: string }>(
          `SELECT event_id FROM flux.usage
WHERE account IN {accounts:Array(String)} AND received_at IN {times:Array(DateTime64(3, 'UTC'))}
  AND event_id IN {events:Array(String)}`,
          {
            accounts: [...new Set(some.map(({ account }) => account))],
            times: [...new Set(some.map(({ receivedAtMs }) => instant(receivedAtMs)))],
            events: some.map(({ eventId }) => eventId),
          },
        );
        for (const { event_id } of found) elsewhere.add(event_id);
      }
      return { ofRange: ofThisRange, elsewhere };
    },
  };
}

const ofRange =
  'topic_epoch = {epoch:String} AND partition = {partition:UInt32} ' +
  'AND offset >= {start:UInt64} AND offset < {end:UInt64}';

function rangeParameters({ epoch, partition, start, end }: LogRange) {
  return { epoch, partition, start: start.toString(), end: end.toString() };
}
