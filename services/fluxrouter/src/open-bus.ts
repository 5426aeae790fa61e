import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EventBus, openEmbeddedBus } from '@fluxrouter/event-bus';
import { encodeTopicBorn, TOPICS } from '@fluxrouter/events';
import { type Log, vouched } from '@fluxrouter/service-kit/log';
import type { SystemConfig } from './module-context.ts';

const RETRY_MS_MAX = 5_000;
/** Whoever started the system reads why it is not ready, not a page of it. */
const TELL_EVERY_MS = 30_000;

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

/**
 * Makes the topics that are not there yet. Kafka may be started after us, or be away for a while: then
 * this process waits for it, and says so.
 */
export async function ensureAllTopics(
  bus: EventBus,
  { kafkaBrokers }: SystemConfig,
  log: Log,
): Promise<void> {
  const all = Object.values(TOPICS);
  if (kafkaBrokers === undefined) return bus.ensureTopics(all);
  const { isUnreachable } = await import('@fluxrouter/event-bus/kafka');
  let toldAt = Number.NEGATIVE_INFINITY;
  for (let retryMs = 250; ; retryMs = Math.min(2 * retryMs, RETRY_MS_MAX)) {
    try {
      return await bus.ensureTopics(all);
    } catch (err) {
      if (!isUnreachable(err)) throw err;
      if (performance.now() - toldAt > TELL_EVERY_MS) {
        toldAt = performance.now();
        const brokers = vouched(kafkaBrokers.join());
        log.warn({ brokers }, 'Kafka does not answer where KAFKA_BROKERS says; it is waited for');
      }
    }
    await sleep(retryMs);
  }
}
