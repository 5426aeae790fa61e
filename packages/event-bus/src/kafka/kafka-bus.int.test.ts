// needs: kafka
import { startKafka, type TestKafka } from '@fluxrouter/testing';
import { afterAll, beforeAll } from 'vitest';
import { describeEventBusContract } from '../contract-suite.ts';
import { openKafkaBus } from './open-kafka-bus.ts';

let kafka: TestKafka;

beforeAll(async () => {
  kafka = await startKafka();
  // The first time on a machine, Maven fetches it.
}, 300_000);
afterAll(() => kafka?.stop());

describeEventBusContract('the Kafka bus', async (topicBorn) => ({
  open: async () =>
    openKafkaBus({
      brokers: [kafka.brokers],
      topicBorn,
      sessionTimeoutMs: 5_000,
      heartbeatEveryMs: 100,
    }),
  destroy: async () => {},
}));
