// needs: kafka
import type { EventBus } from '@fluxrouter/event-bus';
import { openKafkaBus } from '@fluxrouter/event-bus/kafka';
import { deleteTopic, seededRandom } from '@fluxrouter/event-bus/testing';
import { TOPICS } from '@fluxrouter/events';
import { startKafka, type TestKafka } from '@fluxrouter/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ClickHouse } from './clickhouse/connect.ts';
import { meteringConfig } from './config.ts';
import { type Metering, startMetering } from './start-metering.ts';
import {
  openTemporaryEngine,
  stopMerges,
  type TemporaryEngine,
} from './testing/temporary-engine.ts';
import { requestRecords } from './testing/usage-events.ts';

const quiet = { info() {}, warn() {}, error() {} };
const soon = { timeout: 60_000, interval: 50 };
const config = { ...meteringConfig.parse({}), batchRecordsMax: 40, reconcileEveryMs: 50 };

let kafka: TestKafka;
let engine: TemporaryEngine;
const buses: EventBus[] = [];

beforeAll(async () => {
  kafka = await startKafka();
  engine = await openTemporaryEngine();
  // The first time on a machine, Maven fetches it.
}, 300_000);
afterAll(async () => {
  await Promise.all(buses.map((bus) => bus.close()));
  await engine?.close();
  await kafka?.stop();
});

function open(times: { sessionTimeoutMs: number; heartbeatEveryMs: number }): EventBus {
  const bus = openKafkaBus({ brokers: [kafka.brokers], ...times });
  buses.push(bus);
  return bus;
}

const lively = { sessionTimeoutMs: 3_000, heartbeatEveryMs: 100 };
const start = (bus: EventBus, clickhouse: ClickHouse = engine.clickhouse): Promise<Metering> =>
  startMetering({ bus, clickhouse, config, log: quiet });

async function append(bus: EventBus, account: string, requests: number): Promise<void> {
  const records = Array.from({ length: requests }, (_, i) =>
    requestRecords({ account: `${account}_${i % 12}` }),
  );
  await bus.append(TOPICS.usage.name, records.flat());
}

const rawRows = (account: string) =>
  engine.count(`SELECT count() FROM flux.usage WHERE startsWith(account, '${account}')`);

const caughtUp = (metering: Metering) =>
  vi.waitUntil(async () => (await metering.stats()).lagRecords === 0, soon);

test('rows stay exact while members come and go', { timeout: 120_000 }, async () => {
  const random = seededRandom(7);
  const bus = open(lively);
  const members = [await start(bus)];
  await stopMerges(engine.clickhouse.client);
  for (let round = 0; round < 10; round += 1) {
    await append(bus, 'acc_moving', 100);
    if (members.length < 2 || random() < 0.5) members.push(await start(open(lively)));
    else await members.splice(Math.floor(random() * members.length), 1)[0]?.stop();
  }
  const last = members[0] as Metering;
  await caughtUp(last);
  expect(await rawRows('acc_moving')).toBe(2_000);
  for (const member of members)
    expect(member.reconciliation()).toMatchObject({ recordsMissing: 0, differences: [] });
  await Promise.all(members.map((member) => member.stop()));
});

test('a member that was taken for dead and inserts late changes nothing', {
  timeout: 120_000,
}, async () => {
  const { client } = engine.clickhouse;
  // It never says that it lives: Kafka gives its partitions to the next one.
  const silent = open({ sessionTimeoutMs: 8_000, heartbeatEveryMs: 600_000 });
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const held: Promise<void>[] = [];
  const slow = Object.create(client) as typeof client;
  slow.insert = async (params) => {
    if (params.table !== 'flux.usage') return client.insert(params);
    await released;
    const inserting = client.insert(params);
    held.push(inserting.then(() => {}));
    return inserting;
  };
  // There before it comes: its plans are committed while Kafka still knows it.
  await silent.ensureTopics([TOPICS.usage]);
  await append(silent, 'acc_zombie', 200);
  const zombie = await start(silent, { ...engine.clickhouse, client: slow });
  // Then its inserts are on their way.
  const group = () => silent.committed('metering', TOPICS.usage.name);
  await vi.waitUntil(
    async () =>
      [...(await group()).values()].some(({ metadata }) => metadata.includes('plannedEnd')),
    soon,
  );
  const successor = await start(open(lively));
  await caughtUp(successor);
  expect(await rawRows('acc_zombie')).toBe(400);
  release();
  await vi.waitUntil(() => held.length > 0, soon);
  await Promise.all(held);
  expect(await rawRows('acc_zombie')).toBe(400);
  expect((await successor.stats()).lagRecords).toBe(0);
  await Promise.all([zombie.stop(), successor.stop()]);
});

test('a topic that is made anew has all its rows beside the old ones, at equal offsets', {
  timeout: 120_000,
}, async () => {
  const topic = TOPICS.usage.name;
  await deleteTopic(kafka.brokers, topic);
  // Each life has one insert, of the same partition and the same offsets.
  for (const life of ['acc_old_life', 'acc_new_life']) {
    const bus = open(lively);
    await bus.ensureTopics([TOPICS.usage]);
    const records = Array.from({ length: 10 }, () => requestRecords({ account: 'acc_lives' }));
    const marked = requestRecords({ account: 'acc_lives', clientRequestId: life });
    await bus.append(topic, [...marked, ...records.flat()]);
    const metering = await start(bus);
    await caughtUp(metering);
    await metering.stop();
    await bus.close();
    if (life === 'acc_old_life') await deleteTopic(kafka.brokers, topic);
  }
  const lives = await engine.rows(
    "SELECT count() AS rows, min(offset) AS first, max(offset) AS last FROM flux.usage WHERE account = 'acc_lives' GROUP BY topic_epoch",
  );
  const life = { rows: '22', first: '1', last: '22' };
  expect(lives).toEqual([life, life]);
});
