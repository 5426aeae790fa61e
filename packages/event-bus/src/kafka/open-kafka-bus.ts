import kafkajs, { type Kafka } from 'kafkajs';
import { LogBus } from '../log-bus/log-bus.ts';
import type { GroupLedger, LogStorage, TopicLog } from '../log-bus/storage.ts';
import type { EventBus, TopicBornEncoder, TopicSpec } from '../port.ts';
import { assertName, defaultTopicBorn } from '../topic-shape.ts';
import { ensureTopic } from './ensure-topic.ts';
import { KafkaGroup } from './kafka-group.ts';
import { KafkaLink } from './kafka-link.ts';
import { KafkaProducer } from './kafka-producer.ts';
import { KafkaTopic } from './kafka-topic.ts';
import type { WireOptions } from './kafkajs-wire.ts';
import { logCreator } from './log-creator.ts';

export interface KafkaBusOptions {
  /** `host:port`; any of them tells of all others. */
  brokers: readonly string[];
  topicBorn?: TopicBornEncoder;
  /** A member of a group that says nothing for so long is taken for dead. Default 10 s. */
  sessionTimeoutMs?: number;
  /** How often a member says that it lives, and learns that the group shares anew. Default 0.5 s. */
  heartbeatEveryMs?: number;
  /** What went wrong in the background and will be tried again. */
  log?: (message: string, error: unknown) => void;
  /** What kafkajs has met and deals with itself. */
  notice?: (what: string) => void;
}

/** The bus for many machines. */
export function openKafkaBus(options: KafkaBusOptions): EventBus {
  const log = options.log ?? (() => {});
  return new LogBus(new KafkaStorage(options, log), log);
}

class KafkaStorage implements LogStorage {
  /** Topics that are read watch Kafka themselves. */
  readonly checkEveryMs = null;
  readonly #options: KafkaBusOptions;
  readonly #log: (message: string, error: unknown) => void;
  readonly #settings: WireOptions;
  readonly #kafka: Kafka;
  readonly #producer: KafkaProducer;
  readonly #topics = new Map<string, KafkaTopic>();
  readonly #links = new Set<KafkaLink>();

  constructor(options: KafkaBusOptions, log: (message: string, error: unknown) => void) {
    this.#options = options;
    this.#log = log;
    this.#settings = {
      clientId: 'fluxrouter',
      brokers: [...options.brokers],
      logLevel: kafkajs.logLevel.WARN,
      logCreator: logCreator(options.notice ?? (() => {})),
    };
    this.#kafka = new kafkajs.Kafka({
      ...this.#settings,
      connectionTimeout: 3_000,
      requestTimeout: 10_000,
      retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000 },
    });
    this.#producer = new KafkaProducer(this.#kafka);
  }

  async openTopic(spec: TopicSpec): Promise<TopicLog> {
    const link = this.#openLink([spec.name]);
    const { topicBorn = defaultTopicBorn } = this.#options;
    const admin = this.#kafka.admin();
    let epoch: string;
    try {
      await admin.connect();
      epoch = await ensureTopic(spec, admin, link, this.#producer, topicBorn);
    } catch (error) {
      this.#links.delete(link);
      await link.close();
      throw error;
    } finally {
      await admin.disconnect();
    }
    const topic = new KafkaTopic({
      ...{ spec, epoch, link, producer: this.#producer },
      openLink: () => this.#openLink([spec.name]),
      onError: (error) => this.#log(`kafka: topic ${spec.name}`, error),
    });
    this.#topics.set(spec.name, topic);
    return topic;
  }

  /** Kafka has a group once a member has joined it, and answers for those that never were. */
  openGroup(group: string): GroupLedger {
    assertName(group);
    const { sessionTimeoutMs = 10_000, heartbeatEveryMs = 500 } = this.#options;
    return new KafkaGroup({
      group,
      times: { sessionTimeoutMs, heartbeatEveryMs },
      openLink: () => this.#openLink([]),
      topic: (name) => this.#topics.get(name),
      onError: (error) => this.#log(`kafka: group ${group}`, error),
    });
  }

  async close(): Promise<void> {
    await this.#producer.close();
    await Promise.all([...this.#links].map((link) => link.close()));
  }

  #openLink(topics: readonly string[]): KafkaLink {
    const link = new KafkaLink(this.#settings, topics);
    this.#links.add(link);
    return link;
  }
}
