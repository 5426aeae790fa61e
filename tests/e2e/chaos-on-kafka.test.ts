// needs: java, maven
import { prepareKafka } from '@fluxrouter/local-kafka';
import { beforeAll, expect, it } from 'vitest';
import { reportOf } from '../chaos/report.ts';
import { runChaos } from '../chaos/run-chaos.ts';

// The first time on a machine, Maven fetches Kafka.
beforeAll(() => prepareKafka().then(() => undefined), 300_000);

const name = 'loses and doubles nothing while services and their Kafka are killed under load';
it(name, { timeout: 240_000 }, async () => {
  const verdict = await runChaos({ form: 'services-kafka', seed: 11, attempts: 1_000, kills: 6 });
  console.log(reportOf(verdict));
  expect(verdict.counts['of them Kafka']).toBe(1);
  expect(verdict.differences).toEqual([]);
});
