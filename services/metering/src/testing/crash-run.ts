import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { EventBus } from '@fluxrouter/event-bus';
import { TOPICS } from '@fluxrouter/events';
import { connectClickHouse } from '../clickhouse/connect.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { openEngineIn, stopMerges, type TemporaryEngine } from './temporary-engine.ts';
import { recordOf, requestRecords } from './usage-events.ts';

// Enough for a cut of every step and some more, in several partitions.
const ACCOUNTS = 5;
const REQUESTS = 400;
const POISON_EVERY = 7;
export const STEPS = [
  'before 1',
  'after 1',
  'between the inserts of 2',
  'within 2',
  'after 2',
  'before 3',
  'after 3',
];

export interface CrashRun {
  /** The steps at which a process was killed. */
  readonly deaths: readonly string[];
  readonly engine: TemporaryEngine;
  readonly rows: number;
  readonly requests: number;
  readonly poison: number;
}

/** What an invoice counts: the first copy of each event. */
export const eventsUnderFinal = (engine: TemporaryEngine): Promise<number> =>
  engine.count('SELECT count() FROM flux.usage FINAL');

/**
 * A log full of requests and poison, and one metering process after the other that kills itself at a
 * step; the last one catches up. The bus is closed then, and the engine open.
 *
 * @param busAt the bus, as `crashing-process.ts` is told of it.
 * @param cuts `unplanned`: the plans of the cuts do not reach the bus.
 */
export async function crashAtEachStep(
  bus: EventBus,
  busAt: string,
  directory: string,
  cuts: 'planned' | 'unplanned' = 'planned',
): Promise<CrashRun> {
  const chdbPath = join(directory, 'clickhouse');
  const clickhouse = await connectClickHouse({ chdbPath });
  await migrate(clickhouse.client);
  await stopMerges(clickhouse.client);
  await clickhouse.close();
  await bus.ensureTopics([TOPICS.usage]);
  for (let i = 0; i < REQUESTS; i++) {
    const account = `acc_${i % ACCOUNTS}`;
    const bytes = Buffer.from(`ff${i.toString(16)}`, 'latin1');
    await bus.append(TOPICS.usage.name, [
      ...requestRecords({ account }),
      ...(i % POISON_EVERY === 0 ? [recordOf('AttemptFinished', account, bytes)] : []),
    ]);
  }
  const runProcess = (step: string, cutsBefore: number, batchRecords: number) =>
    runOne(busAt, chdbPath, [step, String(cutsBefore), String(batchRecords), cuts]);
  const deaths: string[] = [];
  for (const [index, step] of STEPS.entries()) {
    const how = await runProcess(step, index % 3, 40 - 3 * index);
    if (how === 'SIGKILL') deaths.push(step);
  }
  const last = await runProcess('never', 0, 50);
  if (last !== 0) throw new Error(`the last process ended with ${last}`);
  await bus.close();
  const engine = await openEngineIn(directory);
  const poison = Math.ceil(REQUESTS / POISON_EVERY);
  return { deaths, engine, rows: 2 * REQUESTS, requests: REQUESTS, poison };
}

/**
 * Each process cuts at another size: without the plan a successor's cut would never be the same.
 *
 * @returns the signal or the exit code that it ended with.
 */
async function runOne(busAt: string, chdbPath: string, rest: readonly string[]) {
  const script = new URL('./crashing-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, busAt, chdbPath, ...rest], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal ?? code;
}
