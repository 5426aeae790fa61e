import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedBus } from '@fluxrouter/event-bus';
import { afterAll, expect, test } from 'vitest';
import { crashAtEachStep, eventsUnderFinal, STEPS } from './testing/crash-run.ts';

const directory = mkdtempSync(join(tmpdir(), 'flux-crash-unplanned-'));

let close: () => Promise<void> = async () => {};
afterAll(() => close());

// The second of two nets: where the first one is taken away, it holds.
test('killed at any step without planned cuts, rows come twice, and count once under FINAL', {
  timeout: 180_000,
}, async () => {
  const busDirectory = join(directory, 'bus');
  const bus = openEmbeddedBus({ directory: busDirectory });
  const run = await crashAtEachStep(bus, busDirectory, directory, 'unplanned');
  close = () => run.engine.close();
  expect(run.deaths).toEqual(STEPS);
  expect(await run.engine.count('SELECT count() FROM flux.usage')).toBeGreaterThan(run.rows);
  expect(await eventsUnderFinal(run.engine)).toBe(run.rows);
});
