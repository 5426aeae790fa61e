import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outgoing, text } from '../contract/bus-under-test.ts';
import { readAll } from '../contract/topic-contract.ts';
import type { EventBus } from '../port.ts';
import { eventually, type RunningProgram, seededRandom, startProgram } from '../testing/index.ts';
import type { AppendForever } from './append-forever.program.ts';
import type { ConsumeForever } from './consume-forever.program.ts';
import { openEmbeddedBus } from './open-embedded-bus.ts';

const APPEND = new URL('./append-forever.program.ts', import.meta.url);
const CONSUME = new URL('./consume-forever.program.ts', import.meta.url);
const topic = { name: 'usage', partitions: 4, cleanup: 'keep' } as const;

let directory = '';
let bus: EventBus;
let programs: RunningProgram[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'embedded-kill-'));
  bus = openEmbeddedBus({ directory });
  await bus.ensureTopics([topic]);
});
afterEach(async () => {
  for (const program of programs) await program.kill();
  programs = [];
  await bus.close();
  rmSync(directory, { recursive: true });
});

function start(file: URL, argument: AppendForever | ConsumeForever): RunningProgram {
  const program = startProgram(file, argument);
  programs.push(program);
  return program;
}

const startConsumer = () =>
  start(CONSUME, { directory, topic: 'usage', partitions: 4, group: 'metering' });

describe('producers that are killed', () => {
  it.each([1, 2, 3])('lose nothing that was acknowledged (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    for (let round = 0; round < 3; round += 1) {
      const running = [0, 1].map((i) => {
        const producer = `p${round}.${i}`;
        return start(APPEND, {
          directory,
          topic: 'usage',
          partitions: 4,
          producer,
          seed: seed + i,
        });
      });
      for (const program of running) await program.waitForLine(/./);
      await new Promise((resolve) => setTimeout(resolve, random() * 150));
      for (const program of running) await program.kill();
    }
    const acknowledged = programs.flatMap(({ lines }) =>
      lines.flatMap((line) => JSON.parse(line) as [number, number, string][]),
    );
    expect(acknowledged.length).toBeGreaterThan(100);

    const records = await readAll(bus, 'usage');
    const found = new Map(
      records.map((one) => [`${one.partition}/${one.offset}`, text(one.value).trim()]),
    );
    const missing = acknowledged.filter(
      ([partition, offset, value]) => found.get(`${partition}/${offset}`) !== value,
    );
    expect(missing).toEqual([]);
    expectDenseAndOrdered(records);
  });
});

/** Offsets without a hole, and each producer's numbers growing in each partition. */
function expectDenseAndOrdered(records: Awaited<ReturnType<typeof readAll>>): void {
  const nextOffset = new Map<number, bigint>();
  const lastNumber = new Map<string, number>();
  const misplaced = records.filter(({ partition, offset, value }) => {
    const isDense = offset === (nextOffset.get(partition) ?? 0n);
    nextOffset.set(partition, offset + 1n);
    if (offset === 0n) return !isDense;
    const [producer, number] = text(value).trim().split('/');
    const stream = `${partition}/${producer}`;
    const isOrdered = Number(number) > (lastNumber.get(stream) ?? 0);
    lastNumber.set(stream, Number(number));
    return !isDense || !isOrdered;
  });
  expect(misplaced).toEqual([]);
}

describe('a consumer that is killed', () => {
  const send = (value: string) =>
    bus.append(
      'usage',
      Array.from({ length: 8 }, (_, i) => outgoing(`key${i}`, value)),
    );
  const countOf = (program: RunningProgram, value: string) =>
    program.lines.filter((line) => line.endsWith(` ${value}`)).length;

  it('is replaced at once by its successor', async () => {
    const first = startConsumer();
    await send('one');
    await eventually('the first', () => countOf(first, 'one') === 8);
    await first.kill();
    await send('two');
    const second = startConsumer();
    await second.waitForLine('consuming');
    const before = performance.now();
    await eventually('the second', () => countOf(second, 'two') === 8);
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(countOf(second, 'one')).toBeLessThanOrEqual(8);
  });

  it('is replaced by a member that is there already', async () => {
    const [first, second] = [startConsumer(), startConsumer()];
    await first.waitForLine('consuming');
    await second.waitForLine('consuming');
    await send('one');
    await eventually('all', () => countOf(first, 'one') + countOf(second, 'one') >= 8);
    await first.kill();
    await send('two');
    await eventually('the rest', () => countOf(second, 'two') === 8, 5_000);
  });

  it('keeps its partitions while it is only paused', async () => {
    const first = startConsumer();
    await first.waitForLine('consuming');
    await send('one');
    await eventually('the first', () => countOf(first, 'one') === 8);
    first.signal('SIGSTOP');
    const second = startConsumer();
    await second.waitForLine('consuming');
    await send('two');
    await eventually('half of them', () => countOf(second, 'two') > 0);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(countOf(second, 'two')).toBeLessThan(8);
    first.signal('SIGCONT');
    await eventually('all', () => countOf(first, 'two') + countOf(second, 'two') >= 8);
    const again = programs.flatMap(({ lines }) => lines.filter((line) => line.endsWith(' two')));
    expect(new Set(again).size).toBe(8);
  });
});
