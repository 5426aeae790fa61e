import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { valuesOf } from '../contract/bus-under-test.ts';
import { readAll } from '../contract/topic-contract.ts';
import { startProgram } from '../testing/index.ts';
import { openEmbeddedBus } from './open-embedded-bus.ts';

const START = new URL('./start-together.program.ts', import.meta.url);

it.each([1, 2])('is made once by processes that start together (round %i)', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'start-together-'));
  const sign = join(directory, 'now');
  const programs = Array.from({ length: 4 }, () => startProgram(START, { directory, sign }));
  for (const program of programs) await program.waitForLine('waiting');
  writeFileSync(sign, '');
  await Promise.all(programs.map((program) => program.ended()));

  const epochs = new Set(programs.flatMap(({ lines }) => lines));
  expect([...epochs].filter((line) => line.startsWith('usage '))).toHaveLength(1);
  expect([...epochs].filter((line) => line.startsWith('keys '))).toHaveLength(1);
  const bus = openEmbeddedBus({ directory });
  await bus.ensureTopics([{ name: 'usage', partitions: 6, cleanup: 'keep' }]);
  const records = await readAll(bus, 'usage');
  expect(valuesOf(records)).toEqual(Array(4).fill('here'));
  expect(records).toHaveLength(10);
  await bus.close();
  rmSync(directory, { recursive: true });
});
