import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedBus } from '@fluxrouter/event-bus';
import { TOPICS } from '@fluxrouter/events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectClickHouse } from './clickhouse/connect.ts';
import { migrate } from './clickhouse/migrate.ts';
import { openEngineIn, stopMerges } from './testing/temporary-engine.ts';
import { recordOf, requestRecords } from './testing/usage-events.ts';

// Enough for a cut of every step and some more, in several partitions.
const ACCOUNTS = 5;
const REQUESTS = 400;
const STEPS = [
  'before 1',
  'after 1',
  'between the inserts of 2',
  'within 2',
  'after 2',
  'before 3',
  'after 3',
];

const directory = mkdtempSync(join(tmpdir(), 'flux-crash-'));
const busDirectory = join(directory, 'bus');
const chdbPath = join(directory, 'clickhouse');

beforeAll(async () => {
  const clickhouse = await connectClickHouse({ chdbPath });
  await migrate(clickhouse.client);
  await stopMerges(clickhouse.client);
  await clickhouse.close();
});

let close: () => Promise<void> = async () => {};
afterAll(() => close());

test('killed at any step, the successor makes the rows exact', { timeout: 180_000 }, async () => {
  const bus = openEmbeddedBus({ directory: busDirectory });
  await bus.ensureTopics([TOPICS.usage]);
  for (let i = 0; i < REQUESTS; i++) {
    const account = `acc_${i % ACCOUNTS}`;
    const poison = recordOf(
      'AttemptFinished',
      account,
      Buffer.from(`ff${i.toString(16)}`, 'latin1'),
    );
    await bus.append(TOPICS.usage.name, [
      ...requestRecords({ account }),
      ...(i % 7 === 0 ? [poison] : []),
    ]);
  }
  const deaths: string[] = [];
  for (const [index, step] of STEPS.entries()) {
    const how = await runProcess(step, index % 3, 40 - 3 * index);
    if (how === 'SIGKILL') deaths.push(step);
  }
  expect(await runProcess('never', 0, 50)).toBe(0);
  await bus.close();

  expect(deaths).toEqual(STEPS);
  const engine = await openEngineIn(directory);
  close = () => engine.close();
  const rows = 2 * REQUESTS;
  expect(await engine.count('SELECT uniqExact(event_id) FROM flux.usage')).toBe(rows);
  expect(await engine.count('SELECT count() FROM flux.usage')).toBe(rows);
  expect(await engine.count('SELECT count() FROM flux.requests_by_id FINAL')).toBe(3 * REQUESTS);
  expect(await engine.count('SELECT count() FROM flux.usage_dead FINAL')).toBe(
    Math.ceil(REQUESTS / 7),
  );
});

/**
 * Each process cuts at another size: without the plan a successor's cut would never be the same.
 *
 * @returns the signal or the exit code that it ended with.
 */
async function runProcess(step: string, cutsBefore: number, batchRecords: number) {
  const script = new URL('./testing/crashing-process.ts', import.meta.url).pathname;
  const child = spawn(
    process.execPath,
    [script, busDirectory, chdbPath, step, String(cutsBefore), String(batchRecords)],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal ?? code;
}
