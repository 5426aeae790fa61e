// needs: kafka
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKafkaBus } from '@fluxrouter/event-bus/kafka';
import { startKafka, type TestKafka } from '@fluxrouter/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { crashAtEachStep, STEPS } from './testing/crash-run.ts';

const directory = mkdtempSync(join(tmpdir(), 'flux-crash-kafka-'));

let kafka: TestKafka;
beforeAll(async () => {
  kafka = await startKafka();
  // The first time on a machine, Maven fetches it.
}, 300_000);
afterAll(() => kafka?.stop());

let close: () => Promise<void> = async () => {};
afterAll(() => close());

test('killed at any step, the successor makes the rows exact', { timeout: 300_000 }, async () => {
  const bus = openKafkaBus({ brokers: [kafka.brokers] });
  const run = await crashAtEachStep(bus, `kafka:${kafka.brokers}`, directory);
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
