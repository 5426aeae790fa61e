import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin } from 'kafkajs';
import { TopicMismatchError } from '../bus-errors.ts';
import type { TopicBornEncoder, TopicSpec } from '../port.ts';
import { assertTopicShape, topicBornRecord } from '../topic-shape.ts';
import { epochOfBirth } from './epoch-of-birth.ts';
import { fetchPartition } from './fetch-partition.ts';
import type { KafkaLink } from './kafka-link.ts';
import type { KafkaProducer } from './kafka-producer.ts';
import { untilSettled } from './until-settled.ts';

/** How long whoever makes a topic may take to write its first records; then another does it. */
const BIRTH_MS = 10_000;
const ASK_EVERY_MS = 50;
/** How long a new topic may take until every broker knows it and its leaders. */
const SETTLE_MS = 30_000;

/**
 * Makes the topic where it does not exist, verifies it where it does, and sees to it that each partition
 * begins with `TopicBorn`. Returns the topic's epoch.
 */
export async function ensureTopic(
  spec: TopicSpec,
  ...parts: [Admin, KafkaLink, KafkaProducer, TopicBornEncoder]
): Promise<string> {
  assertTopicShape(spec);
  const until = performance.now() + SETTLE_MS;
  for (;;) {
    try {
      return await ensureOnce(spec, ...parts);
    } catch (error) {
      // Another process is making it at this moment: its partitions have no leaders yet.
      const { retriable } = error as { retriable?: boolean };
      if (retriable !== true || performance.now() > until) throw error;
      await sleep(ASK_EVERY_MS);
    }
  }
}

async function ensureOnce(
  spec: TopicSpec,
  admin: Admin,
  link: KafkaLink,
  producer: KafkaProducer,
  topicBorn: TopicBornEncoder,
): Promise<string> {
  const isNew = await admin.createTopics({
    topics: [{ topic: spec.name, numPartitions: spec.partitions, configEntries: configOf(spec) }],
    waitForLeaders: false,
  });
  // The controller knows a new topic a moment before each broker does.
  await untilSettled(() => verify(spec, admin));
  const readNow = () => untilSettled(() => readBirths(spec, link));
  let births: (string | undefined)[] = [];
  if (!isNew) births = await untilSettled(() => untilBorn(spec, link));
  // Asked again: this process, too, may have been paused for long.
  if (births.includes(undefined)) births = await readNow();
  const first = births.find((each) => each !== undefined);
  const unborn = all(spec).filter((partition) => births[partition] === undefined);
  if (unborn.length === 0 && first !== undefined) return first;
  const record = topicBornRecord(topicBorn, spec.name, first ?? randomUUID());
  await producer.appendTo(
    spec.name,
    unborn.map((partition) => ({ record, partition })),
  );
  // Another may have been at it at the same time: what all go by is in the log.
  const born = await readNow();
  return born.find((each) => each !== undefined) ?? '';
}

const all = ({ partitions }: TopicSpec) => Array.from({ length: partitions }, (_, index) => index);

function configOf({ cleanup }: TopicSpec): { name: string; value: string }[] {
  // Kafka's clock, not the producers': what is appended later has no earlier time.
  const stamped = { name: 'message.timestamp.type', value: 'LogAppendTime' };
  if (cleanup === 'compact') return [{ name: 'cleanup.policy', value: 'compact' }, stamped];
  return [
    { name: 'cleanup.policy', value: 'delete' },
    { name: 'retention.ms', value: '-1' },
    { name: 'retention.bytes', value: '-1' },
    stamped,
  ];
}

async function verify(spec: TopicSpec, admin: Admin): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [spec.name] });
  const partitions = topics[0]?.partitions.length ?? 0;
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: spec.name }],
  });
  const config = new Map(
    resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]),
  );
  const policy = config.get('cleanup.policy') ?? '';
  const cleanup = policy === 'compact' ? 'compact' : 'keep';
  assertTopicShape(spec, { ...spec, partitions, cleanup });
  const limits = ['retention.ms', 'retention.bytes'].filter((name) => config.get(name) !== '-1');
  if (cleanup === 'keep' && limits.length > 0)
    throw new TopicMismatchError(
      `topic ${spec.name} may lose records: set ${limits.join(' and ')} to -1`,
    );
}

/** Waits for whoever made the topic. What is left then was made by a process that died. */
async function untilBorn(spec: TopicSpec, link: KafkaLink): Promise<(string | undefined)[]> {
  const until = performance.now() + BIRTH_MS;
  for (;;) {
    const births = await readBirths(spec, link);
    if (!births.includes(undefined) || performance.now() > until) return births;
    await sleep(ASK_EVERY_MS);
  }
}

/** The epoch that each partition's birth tells; undefined where there is none yet. */
function readBirths(
  { name, partitions }: TopicSpec,
  link: KafkaLink,
): Promise<(string | undefined)[]> {
  return Promise.all(
    Array.from({ length: partitions }, (_, partition) =>
      epochOfBirth((maxBytes) => fetchPartition(link, name, partition, 0, maxBytes)),
    ),
  );
}
