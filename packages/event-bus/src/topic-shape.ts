import { TopicMismatchError } from './bus-errors.ts';
import type { OutgoingRecord, TopicBornEncoder, TopicSpec } from './port.ts';

const NAME = /^[A-Za-z0-9._-]{1,128}$/;
const MAX_PARTITIONS = 1_024;

/** Throws where `spec` cannot be a topic or is not the one that exists. */
export function assertTopicShape(spec: TopicSpec, existing?: TopicSpec): void {
  assertName(spec.name);
  const { name, partitions, cleanup } = spec;
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > MAX_PARTITIONS) {
    throw new TopicMismatchError(`topic ${name}: ${partitions} partitions are not possible`);
  }
  if (existing === undefined) return;
  if (existing.partitions !== partitions || existing.cleanup !== cleanup) {
    throw new TopicMismatchError(
      `topic ${name} exists with ${existing.partitions} partitions (${existing.cleanup}), ` +
        `declared are ${partitions} (${cleanup}): partition counts never change, make a new topic`,
    );
  }
}

/** Topics and groups become file names. */
export function assertName(name: string): void {
  if (!NAME.test(name)) throw new TypeError(`not a name for a topic or group: ${name}`);
}

/** Where the caller has no encoder of its own: the value is the UUID as text. */
export const defaultTopicBorn: TopicBornEncoder = (topic, uuid) => ({
  key: topic,
  value: new TextEncoder().encode(uuid),
});

/** The first record of each partition. Where the log is all there is, `epoch` is read from it again. */
export function topicBornRecord(encode: TopicBornEncoder, name: string, uuid: string) {
  const record: OutgoingRecord = encode(name, uuid);
  return { ...record, headers: { ...record.headers, type: 'TopicBorn', epoch: uuid } };
}
