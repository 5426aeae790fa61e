import { join } from 'node:path';
import { type EventBus, openEmbeddedBus } from '@fluxrouter/event-bus';
import { newRequestId, TOPICS } from '@fluxrouter/events';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { meteringConfig } from '../config.ts';
import type { ReconcilerMetrics } from '../ports.ts';
import { type Metering, startMetering } from '../start-metering.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../testing/temporary-engine.ts';
import {
  attemptRecord,
  recordOf,
  requestRecords,
  testAttempt,
  testFacts,
} from '../testing/usage-events.ts';

const soon = { timeout: 20_000, interval: 20 };
const alarms = { compared: 0, different: 0, missing: 0, stalled: 0 };
const metrics: ReconcilerMetrics = {
  compared(records) {
    alarms.compared += records;
  },
  different(records) {
    alarms.different += 1;
    alarms.missing += records;
  },
  stalled(partitions) {
    alarms.stalled = partitions;
  },
};
const errors: { message: string; fields: Readonly<Record<string, unknown>> }[] = [];
const log = {
  info() {},
  warn() {},
  error: (fields: Readonly<Record<string, unknown>>, message: string) =>
    void errors.push({ message, fields }),
};

let engine: TemporaryEngine;
let bus: EventBus;
let metering: Metering;
/** What happens to the rows of an insert into the usage table on their way. */
let tamper: (values: unknown[][]) => unknown[][] = (values) => values;
let away = false;
let total = 0;

beforeAll(async () => {
  engine = await openTemporaryEngine();
  bus = openEmbeddedBus({ directory: join(engine.directory, 'bus') });
  const { client } = engine.clickhouse;
  const insert = client.insert.bind(client);
  client.insert = async (params) => {
    if (away) throw new Error('connect ECONNREFUSED');
    const values = params.values as unknown as unknown[][];
    return params.table === 'flux.usage'
      ? insert({ ...params, values: tamper(values) })
      : insert(params);
  };
  const config = {
    ...meteringConfig.parse({}),
    ...{ reconcileEveryMs: 20, reconcileStallMs: 1_000 },
  };
  metering = await startMetering({
    ...{ bus, clickhouse: engine.clickhouse, config, log, reconcilerMetrics: metrics },
  });
  // Partitions' TopicBorn records.
  await comparedAfter(TOPICS.usage.partitions);
});

afterAll(async () => {
  await metering.stop();
  await bus.close();
  await engine.close();
});

async function comparedAfter(records: number): Promise<void> {
  total += records;
  await vi.waitUntil(() => metering.reconciliation().recordsCompared >= total, soon);
}

async function append(records: ReturnType<typeof requestRecords>): Promise<void> {
  await bus.append(TOPICS.usage.name, records);
}

test('finds rows, copies that were shipped twice and poison in order', async () => {
  const requestId = newRequestId(Date.now());
  const once = requestRecords({ account: 'acc_ok', requestId });
  await append(once);
  await comparedAfter(2);
  const poison = recordOf('AttemptFinished', 'acc_ok', Buffer.from([0xff, 0x01]));
  const late = testFacts({ account: 'acc_ok', receivedAtMs: Date.UTC(2019) });
  const dead = attemptRecord(testAttempt({ ...late, requestId: 'req_of_2019' }));
  await append([...once, poison, dead, ...requestRecords({ account: 'acc_ok' })]);
  await comparedAfter(6);
  expect(metering.reconciliation()).toMatchObject({ state: 'ok', recordsMissing: 0 });
  expect(alarms).toMatchObject({ different: 0, stalled: 0 });
});

test('traffic and no inserts is an alarm while it lasts', async () => {
  away = true;
  await append(requestRecords({ account: 'acc_away' }));
  await vi.waitUntil(() => metering.reconciliation().state === 'stalled', soon);
  expect(alarms.stalled).toBe(1);
  expect(errors.map(({ message }) => message)).toContain(
    'There is traffic, and nothing is inserted',
  );
  away = false;
  await comparedAfter(2);
  expect(metering.reconciliation()).toMatchObject({ state: 'ok', stalledPartitions: [] });
  expect(alarms.stalled).toBe(0);
});

test('a sum that differs is an alarm that names partition, hour and sum', async () => {
  const before = alarms.different;
  const facts = testFacts({ account: 'acc_less', receivedAtMs: Date.UTC(2026, 4, 17, 12) });
  tamper = (values) =>
    values.map((row) => row.map((value) => (value === '4400000007' ? '4400000006' : value)));
  await append([attemptRecord(testAttempt(facts, { chargedPicoUsd: 4_400_000_007n }))]);
  await comparedAfter(1);
  tamper = (values) => values;
  expect(alarms.different).toBe(before + 1);
  const hour = Date.UTC(2026, 4, 17, 12) / 3_600_000;
  const { state, differences } = metering.reconciliation();
  expect(state).toBe('different');
  expect(differences.at(-1)).toMatchObject({ hour, name: 'charged' });
  expect(differences.at(-1)).toMatchObject({ log: 4_400_000_007n, table: 4_400_000_006n });
});

test('a row that is not there is an alarm that counts it', async () => {
  const missing = alarms.missing;
  tamper = (values) => values.slice(1);
  await append(requestRecords({ account: 'acc_lost' }));
  await comparedAfter(2);
  tamper = (values) => values;
  expect(alarms.missing).toBe(missing + 1);
  expect(errors.map(({ message }) => message)).toContain(
    'Records of the log are not in ClickHouse',
  );
});
