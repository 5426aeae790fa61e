import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedBus } from '@fluxrouter/event-bus';
import { afterAll, expect, test } from 'vitest';
import { crashAtEachStep, STEPS } from './testing/crash-run.ts';

const directory = mkdtempSync(join(tmpdir(), 'flux-crash-'));

let close: () => Promise<void> = async () => {};
afterAll(() => close());

test('killed at any step, the successor makes the rows exact', { timeout: 180_000 }, async () => {
  const busDirectory = join(directory, 'bus');
  const bus = openEmbeddedBus({ directory: busDirectory });
  const run = await crashAtEachStep(bus, busDirectory, directory);
  const { engine } = run;
  close = () => engine.close();
  expect(run.deaths).toEqual(STEPS);
  expect(await engine.count('SELECT uniqExact(event_id) FROM flux.usage')).toBe(run.rows);
  expect(await engine.count('SELECT count() FROM flux.usage')).toBe(run.rows);
  expect(await engine.count('SELECT count() FROM flux.requests_by_id FINAL')).toBe(
    3 * run.requests,
  );
  expect(await engine.count('SELECT count() FROM flux.usage_dead FINAL')).toBe(run.poison);
});
