// needs: java, maven
import { prepareKafka } from '@fluxrouter/local-kafka';
import { beforeAll, expect, it } from 'vitest';
import { reportOf } from '../chaos/report.ts';
import { runChaos } from '../chaos/run-chaos.ts';

// The first time on a machine, Maven fetches Kafka.
beforeAll(() => prepareKafka().then(() => undefined), 300_000);

const name =
  'loses and doubles nothing while services, Kafka and ClickHouse are killed under load, replies are lost, journals are full, the log is read again, and its topic made anew';
it(name, { timeout: 360_000 }, async () => {
  const verdict = await runChaos({ form: 'services-kafka', seed: 11, attempts: 1_000, kills: 6 });
  console.log(reportOf(verdict));
  expect(verdict.counts).toMatchObject({
    'kill -9': 6,
    'of them Kafka': 1,
    'of them ClickHouse': 1,
    'replies lost after it was done': 2,
    'inserts repeated after they were forgotten': 1,
    'journals full, Kafka away': 1,
    'lives of the topic': 2,
  });
  expect(verdict.differences).toEqual([]);
});
