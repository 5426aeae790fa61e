import { randomUUID } from 'node:crypto';
import { partitionOfKey } from './key-partition.ts';
import { LogBus } from './log-bus/log-bus.ts';
import type { GroupLedger, LogStorage, TopicLog } from './log-bus/storage.ts';
import { MemoryGroup } from './memory-group.ts';
import type {
  BusRecord,
  EventBus,
  OutgoingRecord,
  RecordPosition,
  TopicBornEncoder,
  TopicSpec,
} from './port.ts';
import { assertName, assertTopicShape, defaultTopicBorn, topicBornRecord } from './topic-shape.ts';

/** A log in memory that several buses share as processes share the embedded one: for tests. */
export class MemoryCluster {
  readonly #topics = new Map<string, MemoryTopic>();
  readonly #groups = new Map<string, MemoryGroup>();
  readonly #topicBorn: TopicBornEncoder;

  constructor(topicBorn: TopicBornEncoder = defaultTopicBorn) {
    this.#topicBorn = topicBorn;
  }

  open(): EventBus {
    return new LogBus(this.#storage(), (_message, error) => {
      throw error;
    });
  }

  #storage(): LogStorage {
    return {
      checkEveryMs: null,
      openTopic: (spec) => this.#topic(spec).open(),
      openGroup: (name, create) => this.#group(name, create),
    };
  }

  #topic(spec: TopicSpec): MemoryTopic {
    const existing = this.#topics.get(spec.name);
    assertTopicShape(spec, existing?.spec);
    if (existing !== undefined) return existing;
    const topic = new MemoryTopic(spec, this.#topicBorn);
    this.#topics.set(spec.name, topic);
    return topic;
  }

  #group(name: string, create: boolean): GroupLedger | null {
    assertName(name);
    let group = this.#groups.get(name);
    if (group === undefined && create) {
      group = new MemoryGroup();
      this.#groups.set(name, group);
    }
    return group ?? null;
  }
}

/** The fake bus: passes the same contract suite as the real ones. */
export function openMemoryBus(topicBorn?: TopicBornEncoder): EventBus {
  return new MemoryCluster(topicBorn).open();
}

class MemoryTopic {
  readonly spec: TopicSpec;
  readonly ends: number[];
  readonly #epoch = randomUUID();
  readonly #partitions: BusRecord[][];
  readonly #listeners = new Set<(partition: number) => void>();

  constructor(spec: TopicSpec, topicBorn: TopicBornEncoder) {
    this.spec = spec;
    this.#partitions = Array.from({ length: spec.partitions }, () => []);
    this.ends = this.#partitions.map(() => 0);
    const born = topicBornRecord(topicBorn, spec.name, this.#epoch);
    for (let partition = 0; partition < spec.partitions; partition += 1) this.#add(born, partition);
  }

  open(): TopicLog {
    return {
      spec: this.spec,
      epoch: this.#epoch,
      ends: this.ends,
      get checkedAtMs() {
        return performance.now();
      },
      append: async (records) => this.#append(records),
      read: (partition, from, maxRecords, maxBytes) =>
        this.#read(partition, from, maxRecords, maxBytes),
      check() {},
      subscribe: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
      close: async () => {},
    };
  }

  #append(records: readonly OutgoingRecord[]): RecordPosition[] {
    const positions = records.map((record) =>
      this.#add(record, partitionOfKey(record.key, this.spec.partitions)),
    );
    for (const partition of new Set(positions.map((position) => position.partition))) {
      for (const listener of this.#listeners) listener(partition);
    }
    return positions;
  }

  #add({ key, value, headers = {} }: OutgoingRecord, partition: number): RecordPosition {
    const log = this.#partitions[partition] as BusRecord[];
    const offset = BigInt(log.length);
    const { name: topic } = this.spec;
    const copy = { key, value: value.slice(), headers: { ...headers } };
    log.push({ ...copy, topic, partition, offset, appendedAtMs: Date.now() });
    this.ends[partition] = log.length;
    return { partition, offset };
  }

  #read(partition: number, from: number, maxRecords: number, maxBytes: number): BusRecord[] {
    const records: BusRecord[] = [];
    let bytes = 0;
    for (const record of this.#partitions[partition]?.slice(from, from + maxRecords) ?? []) {
      bytes += record.key.length + record.value.length;
      if (records.length > 0 && bytes > maxBytes) break;
      records.push(record);
    }
    return records;
  }
}
