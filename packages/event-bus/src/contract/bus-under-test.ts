import type { BusRecord, EventBus, TopicBornEncoder, TopicSpec } from '../port.ts';

/** One bus that several instances share, as processes do in production. */
export interface BusUnderTest {
  open(): Promise<EventBus>;
  /** After each test: closes what is open and removes what was made. */
  destroy(): Promise<void>;
}

export type MakeBus = (topicBorn: TopicBornEncoder) => Promise<BusUnderTest>;

export const testTopicBorn: TopicBornEncoder = (topic, uuid) => ({
  key: topic,
  value: Buffer.from(`born ${uuid}`),
  headers: { version: '1' },
});

let lastTopic = 0;

/** A name of its own for each test: engines are shared. */
export function freshName(prefix: string): string {
  lastTopic += 1;
  return `${prefix}.${process.pid}.${Date.now().toString(36)}.${lastTopic}`;
}

export function keepTopic(partitions: number): TopicSpec {
  return { name: freshName('topic'), partitions, cleanup: 'keep' };
}

export const text = (value: Uint8Array): string => Buffer.from(value).toString();

export function outgoing(key: string, value: string) {
  return { key, value: Buffer.from(value) };
}

export function isBorn(record: BusRecord): boolean {
  return record.headers['type'] === 'TopicBorn';
}

/** The values of records of ours, in the order in which they came. */
export function valuesOf(records: readonly BusRecord[]): string[] {
  return records.filter((record) => !isBorn(record)).map((record) => text(record.value));
}
