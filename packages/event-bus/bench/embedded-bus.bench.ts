/**
 * The embedded bus: CPU of an append and of a read, a record; how long a record takes to another
 * process; what waiting costs. Run: node packages/event-bus/bench/embedded-bus.bench.ts
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventBus, openEmbeddedBus } from '../src/index.ts';
import { startProgram } from '../src/testing/index.ts';

const TOPIC = { name: 'flux.usage.v1', partitions: 12, cleanup: 'keep' } as const;
const ROUNDS = 15;
const value = Buffer.alloc(600, 7);
const headers = { type: 'AttemptFinished', version: '1' };

async function appendRounds(bus: EventBus, batch: number, keys: number): Promise<number[]> {
  const rows = 10_000;
  const costs: number[] = [];
  let made = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const cpu = process.cpuUsage();
    for (let row = 0; row < rows; row += batch) {
      const records = Array.from({ length: batch }, () => {
        made += 1;
        return { key: `account-${made % keys}`, value, headers };
      });
      await bus.append(TOPIC.name, records);
    }
    costs.push(microseconds(cpu) / rows);
  }
  return costs.sort((a, b) => a - b);
}

function microseconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return user + system;
}

function report(what: string, sorted: readonly number[], unit = 'µs CPU a record'): void {
  const median = sorted[sorted.length >> 1]?.toFixed(1);
  console.log(`${what}: ${median} ${unit}, best round ${sorted[0]?.toFixed(1)}`);
}

async function readRounds(bus: EventBus): Promise<number[]> {
  const costs: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const cpu = process.cpuUsage();
    let read = 0;
    const onRecords = (records: readonly unknown[]) => {
      read += records.length;
    };
    const tail = await bus.tail({ topic: TOPIC.name, from: 'start', onRecords });
    await tail.caughtUp();
    await tail.stop();
    costs.push(microseconds(cpu) / read);
  }
  return costs.sort((a, b) => a - b);
}

async function latencies(bus: EventBus, directory: string): Promise<void> {
  const program = startProgram(new URL('./echo.program.ts', import.meta.url), directory);
  await program.waitForLine('ready');
  for (let i = 0; i < 300; i += 1) {
    await bus.append(TOPIC.name, [
      { key: 'k', value, headers: { sentAt: `${performance.timeOrigin + performance.now()}` } },
    ]);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await bus.append(TOPIC.name, [{ key: 'k', value, headers: { last: '1' } }]);
  await program.ended();
  console.log(program.lines.filter((line) => line !== 'ready').join('\n'));
}

const directory = mkdtempSync(join(tmpdir(), 'bus-bench-'));
const bus = openEmbeddedBus({ directory });
await bus.ensureTopics([TOPIC]);
report('append, 1 a batch', await appendRounds(bus, 1, 500));
report('append, 50 a batch, 1 key', await appendRounds(bus, 50, 1));
report('append, 50 a batch, 500 keys', await appendRounds(bus, 50, 500));
report('append, 500 a batch, 500 keys', await appendRounds(bus, 500, 500));
report('read', await readRounds(bus));
await latencies(bus, directory);
await bus.close();
rmSync(directory, { recursive: true });
