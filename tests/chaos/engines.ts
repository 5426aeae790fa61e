import { join } from 'node:path';
import { freePort, type LocalKafka, startLocalKafka } from '@fluxrouter/local-kafka';
import {
  type ChdbServer,
  type ClickHouseProxy,
  type KafkaProxy,
  startChdbServer,
  startClickHouseProxy,
  startKafkaProxy,
} from '@fluxrouter/testing';

/** A Kafka and a ClickHouse of their own, each behind a proxy that can lose replies. */
export interface Engines {
  readonly kafka: LocalKafka;
  /** Its address is what the broker tells its clients. */
  readonly kafkaProxy: KafkaProxy;
  readonly clickhouse: ChdbServer;
  readonly clickhouseProxy: ClickHouseProxy;
  stop(): Promise<void>;
}

export async function startEngines(directory: string): Promise<Engines> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const port = await freePort();
    const kafkaProxy = await startKafkaProxy({ own: await freePort(), broker: port });
    stops.push(() => kafkaProxy.close());
    const kafka = await startLocalKafka({
      directory: join(directory, 'kafka'),
      port,
      properties: {
        'advertised.listeners': `PLAINTEXT://${kafkaProxy.brokers}`,
        // On a machine that is busy with other work, a shorter one loses its leaders by itself.
        'broker.session.timeout.ms': '6000',
      },
    });
    stops.push(() => kafka.stop());
    const clickhouse = await startChdbServer(join(directory, 'clickhouse'));
    stops.push(() => clickhouse.stop());
    const clickhouseProxy = await startClickHouseProxy(clickhouse.url);
    stops.push(() => clickhouseProxy.close());
    return { kafka, kafkaProxy, clickhouse, clickhouseProxy, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
