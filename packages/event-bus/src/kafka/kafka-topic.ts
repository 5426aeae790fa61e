import type { TopicLog } from '../log-bus/storage.ts';
import type { BusRecord, OutgoingRecord, RecordPosition, TopicSpec } from '../port.ts';
import { epochOfBirth } from './epoch-of-birth.ts';
import { fetchPartition } from './fetch-partition.ts';
import type { KafkaLink } from './kafka-link.ts';
import type { KafkaProducer } from './kafka-producer.ts';
import { RecordBuffer } from './record-buffer.ts';
import { TopicWatch } from './topic-watch.ts';

const FETCH_BYTES = 1024 * 1024;
/** What has just come is kept for readers that are at the end, over all partitions. */
const FRESH_BYTES = 8 * 1024 * 1024;

export interface KafkaTopicParts {
  spec: TopicSpec;
  epoch: string;
  /** For single requests. */
  link: KafkaLink;
  /** For the request that waits for what comes; nobody else's requests stand in line behind it. */
  openLink(): KafkaLink;
  producer: KafkaProducer;
  onError(error: unknown): void;
}

/** A topic in Kafka, as consumers and tails read it. */
export class KafkaTopic implements TopicLog {
  readonly spec: TopicSpec;
  readonly ends: number[];
  readonly #parts: KafkaTopicParts;
  readonly #fresh: RecordBuffer[];
  readonly #ahead: RecordBuffer[];
  readonly #listeners = new Set<(partition: number) => void>();
  readonly #remade = new Set<() => void>();
  #epoch: string;
  #checkedAtMs = Number.NEGATIVE_INFINITY;
  #watch: TopicWatch | null = null;

  constructor(parts: KafkaTopicParts) {
    this.spec = parts.spec;
    this.#parts = parts;
    this.#epoch = parts.epoch;
    const { partitions } = parts.spec;
    this.ends = Array.from({ length: partitions }, () => 0);
    this.#fresh = this.ends.map(() => new RecordBuffer());
    this.#ahead = this.ends.map(() => new RecordBuffer());
  }

  get epoch(): string {
    return this.#epoch;
  }

  get checkedAtMs(): number {
    return Math.max(this.#checkedAtMs, this.#watch?.answeredAtMs ?? Number.NEGATIVE_INFINITY);
  }

  append(records: readonly OutgoingRecord[]): Promise<readonly RecordPosition[]> {
    return this.#parts.producer.append(this.spec, records);
  }

  async read(
    partition: number,
    from: number,
    maxRecords: number,
    maxBytes: number,
  ): Promise<BusRecord[]> {
    for (const buffer of [this.#fresh[partition], this.#ahead[partition]]) {
      const kept = buffer?.take(from, maxRecords, maxBytes);
      if (kept !== undefined) return kept;
    }
    const records = await this.#fetch(partition, from, FETCH_BYTES);
    const end = Number(records.at(-1)?.offset ?? BigInt(from - 1)) + 1;
    const ahead = new RecordBuffer();
    ahead.keep(from, end, records, FETCH_BYTES);
    this.#ahead[partition] = ahead;
    return ahead.take(from, maxRecords, maxBytes) ?? [];
  }

  /** Where the log ends, and whether it is still the log that it was. */
  async check(): Promise<void> {
    const askedAtMs = performance.now();
    const epoch = await epochOfBirth((maxBytes) => this.#fetch(0, 0, maxBytes));
    const ends = await this.readEnds();
    if (epoch !== undefined && epoch !== this.#epoch) this.#wasMadeAnew(epoch);
    for (const [partition, end] of ends.entries()) this.grew(partition, end);
    this.#checkedAtMs = askedAtMs;
  }

  async readEnds(): Promise<number[]> {
    const { name } = this.spec;
    const partitions = this.ends.map((_end, partition) => ({ partition }));
    const offsets = await this.#parts.link.run((cluster) =>
      cluster.fetchTopicsOffset([{ topic: name, partitions }]),
    );
    const ends = this.ends.map(() => 0);
    for (const { partition, offset } of offsets[0]?.partitions ?? [])
      ends[partition] = Number(offset);
    return ends;
  }

  /** While somebody listens, one request waits at Kafka for what comes. */
  subscribe(listener: (partition: number) => void): () => void {
    this.#listeners.add(listener);
    this.#watch ??= new TopicWatch(this, this.#parts.openLink(), this.#parts.onError);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      void this.#watch?.close();
      this.#watch = null;
    };
  }

  /** The listener is called when another topic is found under this name. */
  onRemade(listener: () => void): () => void {
    this.#remade.add(listener);
    return () => this.#remade.delete(listener);
  }

  async close(): Promise<void> {
    await this.#watch?.close();
    this.#watch = null;
  }

  /** Called with what was just fetched of [from, end). */
  came(partition: number, from: number, end: number, records: readonly BusRecord[]): void {
    const bytesMax = FRESH_BYTES / this.spec.partitions;
    this.#fresh[partition]?.keep(from, end, records, bytesMax);
  }

  grew(partition: number, end: number): void {
    if (end <= (this.ends[partition] ?? 0)) return;
    this.ends[partition] = end;
    for (const listener of this.#listeners) listener(partition);
  }

  #wasMadeAnew(epoch: string): void {
    this.#epoch = epoch;
    this.ends.fill(0);
    this.ends.forEach((_end, partition) => {
      this.#fresh[partition] = new RecordBuffer();
      this.#ahead[partition] = new RecordBuffer();
    });
    for (const listener of this.#remade) listener();
  }

  #fetch(partition: number, from: number, maxBytes: number): Promise<BusRecord[]> {
    return fetchPartition(this.#parts.link, this.spec.name, partition, from, maxBytes);
  }
}
