import { hash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { BusRecord, EventBus } from '@fluxrouter/event-bus';
import { attemptEventId, decodeEvent, endEventId, TOPICS } from '@fluxrouter/events';
import { type ClickHouseOptions, connectClickHouse } from '@fluxrouter/metering';
import type { Books, Logged, Row, Tables, Tokens } from './books.ts';

const NOTHING = { cost: 0n, charged: 0n, house: 0n };
const NO_TOKENS: Tokens = { input: null, cacheRead: null, output: null };

/** All of the usage topic as it is now, in log order. */
export async function readLog(bus: EventBus): Promise<Logged[]> {
  const log: Logged[] = [];
  const epochs = new Map<number, string>();
  const tail = await bus.tail({
    topic: TOPICS.usage.name,
    from: 'start',
    onRecords(records) {
      for (const record of records) {
        const { epoch = epochs.get(record.partition) ?? '' } = record.headers;
        epochs.set(record.partition, epoch);
        const logged = readRecord(record, epoch);
        if (logged !== null) log.push(logged);
      }
    },
  });
  await tail.caughtUp();
  await tail.stop();
  return log;
}

function readRecord(
  { headers, value, partition, offset }: BusRecord,
  epoch: string,
): Logged | null {
  const decoded = decodeEvent(headers['type'] ?? '', value);
  const request = decoded?.event.request;
  if (decoded === null || request === undefined) return null;
  const { requestId, clientRequestId, receivedAtMs } = request;
  const { outcome, upstreamId } = decoded.event;
  const known = {
    ...{ requestId, receivedAtMs, outcome, upstreamId, epoch, partition, offset },
    mark: clientRequestId,
    digest: hash('sha1', value),
  };
  if (decoded.type === 'RequestFinished') {
    const { attempts, finishedAtMs } = decoded.event;
    const eventId = endEventId(requestId);
    const { type } = decoded;
    return {
      ...{ ...known, type, eventId, attempts, finishedAtMs, startedAtMs: 0, money: NOTHING },
      ...{ tokens: NO_TOKENS, usageSource: '', accepted: false },
    };
  }
  const { attempt, startedAtMs, durationMs, usage, accepted } = decoded.event;
  const { costPicoUsd, chargedPicoUsd, housePicoUsd } = decoded.event;
  return {
    ...{ ...known, startedAtMs, type: decoded.type, attempts: 0 },
    eventId: attemptEventId(requestId, attempt),
    finishedAtMs: startedAtMs + durationMs,
    money: { cost: costPicoUsd, charged: chargedPicoUsd, house: housePicoUsd },
    tokens: {
      input: usage?.input ?? null,
      cacheRead: usage?.cacheRead ?? null,
      output: usage?.output ?? null,
    },
    usageSource: usage?.source ?? '',
    accepted,
  };
}

const columns = [
  ...['event_id', 'topic_epoch', 'partition', 'offset'],
  ...['cost_pico_usd', 'charged_pico_usd', 'house_pico_usd'],
  ...['input_tokens', 'cache_read_tokens', 'output_tokens'],
];
type Count = number | null;
type Columns = [string, string, number, string, string, string, string, Count, Count, Count];

/** The usage table while nobody writes to it, with and without FINAL. */
export async function readTables(
  options: ClickHouseOptions,
): Promise<Tables & Pick<Books, 'quarantined'>> {
  const { client, close } = await connectClickHouse(options);
  async function rows(final: '' | 'FINAL'): Promise<Row[]> {
    const result = await client.query({
      query: `SELECT ${columns.join(', ')} FROM flux.usage ${final}`,
      format: 'JSONCompactEachRow',
    });
    return (await result.json<Columns>()).map(
      ([eventId, epoch, partition, offset, cost, charged, house, input, cacheRead, output]) => ({
        ...{ eventId, epoch, partition, offset: BigInt(offset) },
        money: { cost: BigInt(cost), charged: BigInt(charged), house: BigInt(house) },
        tokens: { input, cacheRead, output },
      }),
    );
  }
  try {
    const dead = await client.query({
      query: 'SELECT count() FROM flux.usage_dead',
      format: 'JSONCompactEachRow',
    });
    const [count] = await dead.json<[string]>();
    return { raw: await rows(''), final: await rows('FINAL'), quarantined: Number(count?.[0]) };
  } finally {
    await close();
  }
}

/** What a stopped system has left in its journals: it should be nothing. */
export function readJournals(dataDir: string): Books['journals'] {
  // Those of provider-proxies that are processes of their own lie apart.
  const paths = ['journal', 'journal-of-attempts']
    .map((name) => join(dataDir, name))
    .filter((directory) => existsSync(directory))
    .flatMap((directory) => readdirSync(directory).map((name) => join(directory, name)))
    .filter((path) => path.endsWith('.sqlite'));
  let events = 0;
  let open = 0;
  for (const path of paths) {
    const database = new DatabaseSync(path, { readOnly: true });
    const [deleted] = database.prepare('SELECT shipped FROM deleted').all();
    const [last] = database
      .prepare('SELECT max(events_end) AS until, count(*) AS chunks FROM chunk')
      .all();
    const left = Number(last?.['until'] ?? 0) - Number(deleted?.['shipped'] ?? 0);
    events += Math.max(0, left);
    // What is shipped and finished is deleted: a chunk that is left without events is of an open entry.
    if (left <= 0 && Number(last?.['chunks']) > 0) open += 1;
    database.close();
  }
  return { events, open };
}

/** Records of the usage topic that metering has not committed. */
export async function lagOf(bus: EventBus): Promise<number> {
  const topic = TOPICS.usage.name;
  const committed = await bus.committed('metering', topic);
  let lag = 0n;
  for (const [partition, end] of await bus.endOffsets(topic))
    lag += end - (committed.get(partition)?.offset ?? 0n);
  return Number(lag);
}
