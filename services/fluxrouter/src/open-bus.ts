import { join } from 'node:path';
import { type EventBus, openEmbeddedBus } from '@fluxrouter/event-bus';
import { encodeTopicBorn } from '@fluxrouter/events';
import { type Log, vouched } from '@fluxrouter/service-kit/log';
import type { SystemConfig } from './module-context.ts';

/** Kafka where KAFKA_BROKERS says where it is; else the log in DATA_DIR. Nothing else asks which. */
export async function openBus(config: SystemConfig, dataDir: string, log: Log): Promise<EventBus> {
  const options = {
    topicBorn: (topic: string, uuid: string) => ({
      key: topic,
      value: encodeTopicBorn(topic, uuid),
    }),
    log: (what: string, err: unknown) =>
      log.warn({ what: vouched(what), err }, 'The bus met a fault; it is tried again'),
  };
  const { kafkaBrokers, kafkaSessionTimeoutMs } = config;
  if (kafkaBrokers === undefined)
    return openEmbeddedBus({ ...options, directory: join(dataDir, 'bus') });
  // Loaded only where it is used: it is a megabyte of code.
  const { openKafkaBus } = await import('@fluxrouter/event-bus/kafka');
  const brokers = kafkaBrokers;
  const notice = (what: string) => log.debug({ what: vouched(what) }, 'kafkajs met something');
  return openKafkaBus({ ...options, notice, brokers, sessionTimeoutMs: kafkaSessionTimeoutMs });
}
