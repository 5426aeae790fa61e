import { TopicBorn } from '@fluxrouter/generated/events';

/**
 * Topics by name. Partition counts never change: growing means a new topic.
 * Counts are for one Kafka cluster of the size in docs/scale.md; the embedded log takes the same, so
 * that a key's partition is the same number in both.
 */
export const TOPICS = {
  usage: { name: 'flux.usage.v1', partitions: 12, cleanup: 'keep' },
  accounts: { name: 'flux.accounts.v1', partitions: 12, cleanup: 'keep' },
  keys: { name: 'flux.keys.v1', partitions: 4, cleanup: 'compact' },
  usageDead: { name: 'flux.usage.dead.v1', partitions: 1, cleanup: 'keep' },
} as const;

/** The first record of each partition. */
export function encodeTopicBorn(topic: string, uuid: string): Uint8Array {
  return TopicBorn.encode({ topic, uuid }).finish();
}
