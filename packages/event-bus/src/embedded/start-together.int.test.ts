import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { valuesOf } from '../contract/bus-under-test.ts';
import { readAll } from '../contract/topic-contract.ts';
import { startProgram } from '../testing/index.ts';
import { openEmbeddedBus } from './open-embedded-bus.ts';

const START = new URL('./start-together.program.ts', import.meta.url);

it.each([1, 2, 3])('is made once by processes that start together (round %i)', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'start-together-'));
  const atMs = Date.now() + 600;
  const programs = Array.from({ length: 5 }, () => startProgram(START, { directory, atMs }));
  await Promise.all(programs.map((program) => program.ended()));

  const epochs = new Set(programs.flatMap(({ lines }) => lines).filter((line) => line !== ''));
  expect([...epochs].filter((line) => line.startsWith('usage '))).toHaveLength(1);
  expect([...epochs].filter((line) => line.startsWith('keys '))).toHaveLength(1);
  const bus = openEmbeddedBus({ directory });
  await bus.ensureTopics([{ name: 'usage', partitions: 6, cleanup: 'keep' }]);
  const records = await readAll(bus, 'usage');
  expect(valuesOf(records)).toEqual(Array(5).fill('here'));
  expect(records).toHaveLength(11);
  await bus.close();
  rmSync(directory, { recursive: true });
});
