import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin } from 'kafkajs';
import { TopicMismatchError } from '../bus-errors.ts';
import type { TopicBornEncoder, TopicSpec } from '../port.ts';
import { assertTopicShape, topicBornRecord } from '../topic-shape.ts';
import type { KafkaLink } from './kafka-link.ts';
import type { KafkaProducer } from './kafka-producer.ts';
import { protocolErrorOf } from './kafkajs-wire.ts';

/** How long whoever makes a topic may take to write its first records; then another does it. */
const BIRTH_MS = 10_000;
const ASK_EVERY_MS = 50;
const KNOWN_MS = 10_000;
const notYetKnown = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE']);

/**
 * Makes the topic where it does not exist, verifies it where it does, and sees to it that each partition
 * begins with `TopicBorn`. Returns the topic's epoch.
 */
export async function ensureTopic(
  spec: TopicSpec,
  admin: Admin,
  link: KafkaLink,
  producer: KafkaProducer,
  topicBorn: TopicBornEncoder,
): Promise<string> {
  assertTopicShape(spec);
  const isNew = await admin.createTopics({
    topics: [{ topic: spec.name, numPartitions: spec.partitions, configEntries: configOf(spec) }],
    waitForLeaders: false,
  });
  // The controller knows a new topic a moment before each broker does.
  await untilKnown(() => verify(spec, admin));
  let unborn = isNew ? all(spec) : await untilKnown(() => untilBorn(spec, admin));
  const readFirst = (without: readonly number[]) =>
    untilKnown(() => readEpoch(spec, link, without));
  let epoch = unborn.length < spec.partitions ? await readFirst(unborn) : undefined;
  if (unborn.length > 0) {
    // Asked again: this process, too, may have been paused for long.
    if (!isNew) unborn = await untilKnown(() => findUnborn(spec, admin));
    epoch ??= randomUUID();
    const record = topicBornRecord(topicBorn, spec.name, epoch);
    const placed = unborn.map((partition) => ({ record, partition }));
    if (placed.length > 0) await producer.appendTo(spec.name, placed);
  }
  return (await readFirst([])) ?? '';
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

async function untilKnown<Result>(work: () => Promise<Result>): Promise<Result> {
  const until = performance.now() + KNOWN_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const type = protocolErrorOf(error) ?? '';
      if (!notYetKnown.has(type) || performance.now() > until) throw error;
    }
    await sleep(ASK_EVERY_MS);
  }
}

/** Waits for whoever made the topic. What is left then was made by a process that died. */
async function untilBorn(spec: TopicSpec, admin: Admin): Promise<number[]> {
  const until = performance.now() + BIRTH_MS;
  for (;;) {
    const unborn = await findUnborn(spec, admin);
    if (unborn.length === 0 || performance.now() > until) return unborn;
    await sleep(ASK_EVERY_MS);
  }
}

async function findUnborn({ name }: TopicSpec, admin: Admin): Promise<number[]> {
  const offsets = await admin.fetchTopicOffsets(name);
  return offsets.filter(({ high }) => high === '0').map(({ partition }) => partition);
}

/** From the first record of the first partition that has one. */
async function readEpoch(
  { name, partitions }: TopicSpec,
  link: KafkaLink,
  unborn: readonly number[],
): Promise<string | undefined> {
  const partition =
    all({ name, partitions, cleanup: 'keep' }).find((p) => !unborn.includes(p)) ?? 0;
  const { responses } = await link.run(async (cluster) => {
    const [nodeId = ''] = Object.keys(cluster.findLeaderForPartitions(name, [partition]));
    const broker = await cluster.findBroker({ nodeId });
    return broker.fetch({
      ...{ maxWaitTime: 0, minBytes: 0, maxBytes: 1, isolationLevel: 0 },
      topics: [{ topic: name, partitions: [{ partition, fetchOffset: '0', maxBytes: 1 }] }],
    });
  });
  const first = responses[0]?.partitions[0]?.messages[0];
  const epoch = first?.headers['epoch'];
  return epoch === undefined || Array.isArray(epoch) ? undefined : epoch.toString();
}
