import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventBus, openEmbeddedBus } from '@fluxrouter/event-bus';
import { TOPICS } from '@fluxrouter/events';
import {
  type ChdbServer,
  type ClickHouseProxy,
  loseReplies,
  outliveTokens,
  startChdbServer,
  startClickHouseProxy,
} from '@fluxrouter/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type ClickHouse, connectClickHouse } from './clickhouse/connect.ts';
import { migrate } from './clickhouse/migrate.ts';
import { meteringConfig } from './config.ts';
import { type Metering, startMetering } from './start-metering.ts';
import { stopMerges } from './testing/temporary-engine.ts';
import { requestRecords } from './testing/usage-events.ts';

// A ClickHouse that is a server: a process of its own, over HTTP, which goes away and comes back.

const WINDOW = 3;
const quiet = { info() {}, warn() {}, error() {} };
const TIMEOUT_MS = 2_000;
const soon = { timeout: 200_000, interval: 20 };

let directory: string;
let server: ChdbServer;
let proxy: ClickHouseProxy;
let clickhouse: ClickHouse;
let bus: EventBus;
let metering: Metering;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'flux-server-'));
  server = await startChdbServer(join(directory, 'clickhouse'));
  proxy = await startClickHouseProxy(server.url);
  clickhouse = await connectClickHouse({ url: proxy.url, timeoutMs: TIMEOUT_MS });
  const patient = await connectClickHouse({ url: server.url });
  await migrate(patient.client, { deduplicationWindow: WINDOW });
  await stopMerges(patient.client);
  await patient.close();
  bus = openEmbeddedBus({ directory: join(directory, 'bus') });
  await bus.ensureTopics([TOPICS.usage]);
});
afterAll(async () => {
  await metering?.stop();
  await bus?.close();
  await clickhouse?.close();
  await proxy?.close();
  await server?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const start = () =>
  startMetering({
    ...{ bus, clickhouse, log: quiet },
    config: { ...meteringConfig.parse({}), batchRecordsMax: 10, restMsMax: 0, retryMsMax: 200 },
  });

const append = async (account: string, requests = 1) => {
  for (let n = 0; n < requests; n += 1)
    await bus.append(TOPICS.usage.name, requestRecords({ account: `${account}_${n % 12}` }));
};

/** Resolves when one is on its way to the server. */
function nextInsert(): Promise<void> {
  return new Promise((resolve) => {
    proxy.judge = ({ token }) => {
      if (token !== '') resolve();
      return 'pass';
    };
  });
}

/** Until all is committed; without FINAL. */
async function rawRows(account: string): Promise<number> {
  await vi.waitUntil(async () => (await metering.stats()).lagRecords === 0, soon);
  const result = await clickhouse.client.query({
    query: `SELECT count() AS rows FROM flux.usage WHERE startsWith(account, '${account}_')`,
    format: 'JSONEachRow',
  });
  const [row] = await result.json<{ rows: string }>();
  return Number(row?.rows);
}

test('metering that starts while the server is silent waits for it', async () => {
  server.signal('SIGSTOP');
  let isStarted = false;
  const starting = start().then((started) => {
    isStarted = true;
    return started;
  });
  // Longer than the client waits for an answer.
  await new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS + 500));
  expect(isStarted).toBe(false);
  server.signal('SIGCONT');
  metering = await starting;
  await append('acc_start', 5);
  expect(await rawRows('acc_start')).toBe(10);
});

test('a server that is killed again and again under inserts has each row once', {
  timeout: 240_000,
}, async () => {
  for (let kill = 0; kill < 2; kill += 1) {
    const inserting = nextInsert();
    const appending = append('acc_killed', 24);
    await inserting;
    await server.kill();
    await appending;
    await server.start();
  }
  expect(await rawRows('acc_killed')).toBe(2 * 48);
});

test('a server that is stopped for longer than its clients wait has each row once', {
  timeout: 240_000,
}, async () => {
  const failures = (await metering.stats()).insertFailures;
  const inserting = nextInsert();
  const appending = append('acc_stopped', 24);
  await inserting;
  server.signal('SIGSTOP');
  await appending;
  await vi.waitUntil(async () => (await metering.stats()).insertFailures > failures, soon);
  server.signal('SIGCONT');
  expect(await rawRows('acc_stopped')).toBe(48);
});

test('inserts whose reply is lost are there once', async () => {
  const lost = loseReplies(proxy, 5);
  await append('acc_reply', 24);
  await lost;
  expect(await rawRows('acc_reply')).toBe(48);
});

test('an insert that the server has forgotten since is there once', async () => {
  const outlived = outliveTokens(proxy, WINDOW + 2);
  for (let n = 0; n < 6; n += 1) await append('acc_forgotten', 12);
  await outlived;
  expect(await rawRows('acc_forgotten')).toBe(6 * 24);
});
