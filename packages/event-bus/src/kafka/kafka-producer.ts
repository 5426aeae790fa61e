import type { Kafka, Message, Producer } from 'kafkajs';
import { BusClosedError } from '../bus-errors.ts';
import { partitionOfKey } from '../key-partition.ts';
import type { OutgoingRecord, RecordPosition, TopicSpec } from '../port.ts';

/** Kafka takes a batch of a partition up to 1 MiB (`message.max.bytes`); what frames it is small. */
const PARTITION_BYTES = 900_000;
const SEND_BYTES = 4 * 1024 * 1024;
const RECORD_OVERHEAD = 100;

class RecordTooLargeError extends Error {
  override readonly name = 'RecordTooLargeError';
  constructor(topic: string, bytes: number) {
    super(`a record of ${bytes} bytes is too large for ${topic}: at most ${PARTITION_BYTES}`);
  }
}

interface Append {
  readonly topic: string;
  readonly positions: RecordPosition[];
  /** Records that are not in the log yet. */
  open: number;
  failed: boolean;
  resolve(positions: readonly RecordPosition[]): void;
  reject(error: unknown): void;
}

interface Waiting {
  readonly append: Append;
  readonly index: number;
  readonly partition: number;
  readonly bytes: number;
  readonly message: Message;
}

/**
 * Appends of one process, in their order: what comes while one request is under way goes with the next,
 * so a busy process sends large batches and an idle one does not wait. Idempotent: what kafkajs repeats
 * after a lost answer is in the log once.
 */
export class KafkaProducer {
  readonly #kafka: Kafka;
  #queue: Waiting[] = [];
  #producer: Promise<Producer> | null = null;
  #sending: Promise<void> | null = null;
  #closed = false;

  constructor(kafka: Kafka) {
    this.#kafka = kafka;
  }

  append(
    { name, partitions }: TopicSpec,
    records: readonly OutgoingRecord[],
  ): Promise<readonly RecordPosition[]> {
    const placed = records.map((record) => ({
      record,
      partition: partitionOfKey(record.key, partitions),
    }));
    return this.appendTo(name, placed);
  }

  appendTo(
    topic: string,
    placed: readonly { record: OutgoingRecord; partition: number }[],
  ): Promise<readonly RecordPosition[]> {
    if (this.#closed) return Promise.reject(new BusClosedError());
    return new Promise((resolve, reject) => {
      const append: Append = {
        ...{ topic, positions: [], open: placed.length, failed: false },
        ...{ resolve, reject },
      };
      const waiting = placed.map(({ record, partition }, index) => ({
        ...{ append, index, partition, bytes: sizeOf(record) },
        message: toMessage(record, partition),
      }));
      const large = waiting.find(({ bytes }) => bytes > PARTITION_BYTES);
      if (large !== undefined) {
        reject(new RecordTooLargeError(topic, large.bytes));
        return;
      }
      this.#queue.push(...waiting);
      this.#sending ??= this.#sendAll();
    });
  }

  /** Waits for appends under way. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#sending;
    await this.#dispose();
  }

  async #sendAll(): Promise<void> {
    // All that this turn of the loop appends goes together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      const some = this.#takeSome();
      try {
        await this.#send(some);
      } catch (error) {
        await this.#failed(some, error);
      }
    }
    this.#sending = null;
  }

  /** From the front, until a partition's batch or the request is full. */
  #takeSome(): Waiting[] {
    const bytes = new Map<string, number>();
    let total = 0;
    let count = 0;
    for (const each of this.#queue) {
      const place = `${each.append.topic}/${each.partition}`;
      const filled = (bytes.get(place) ?? 0) + each.bytes;
      total += each.bytes;
      if (count > 0 && (filled > PARTITION_BYTES || total > SEND_BYTES)) break;
      bytes.set(place, filled);
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  async #send(some: readonly Waiting[]): Promise<void> {
    const byTopic = Map.groupBy(some, ({ append }) => append.topic);
    const topicMessages = [...byTopic].map(([topic, waiting]) => ({
      topic,
      messages: waiting.map(({ message }) => message),
    }));
    this.#producer ??= connect(this.#kafka);
    const answers = await (await this.#producer).sendBatch({ topicMessages });
    const next = new Map<string, bigint>();
    for (const { topicName, partition, baseOffset } of answers)
      next.set(`${topicName}/${partition}`, BigInt(baseOffset ?? -1));
    for (const { append, index, partition } of some) {
      const place = `${append.topic}/${partition}`;
      const offset = next.get(place) ?? -1n;
      next.set(place, offset + 1n);
      append.positions[index] = { partition, offset };
      append.open -= 1;
      if (append.open === 0) append.resolve(append.positions);
    }
  }

  /**
   * Nobody knows whether it is in the log. A producer that went on would give the next records the
   * sequence numbers of these, and Kafka would take them for repetitions and drop them: so a new one.
   */
  async #failed(some: readonly Waiting[], error: unknown): Promise<void> {
    for (const { append } of some) {
      append.failed = true;
      append.reject(error);
    }
    this.#queue = this.#queue.filter(({ append }) => !append.failed);
    await this.#dispose();
  }

  async #dispose(): Promise<void> {
    const producer = this.#producer;
    this.#producer = null;
    try {
      await (await producer)?.disconnect();
    } catch {
      // It never connected: there is nothing to close.
    }
  }
}

async function connect(kafka: Kafka): Promise<Producer> {
  const producer = kafka.producer({
    idempotent: true,
    allowAutoTopicCreation: false,
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition ?? 0,
    // Some 15 s of a broker that is away; then whoever appends is told, and appends again.
    retry: { retries: 8, initialRetryTime: 100, maxRetryTime: 3_000 },
  });
  await producer.connect();
  return producer;
}

function toMessage({ key, value, headers = {} }: OutgoingRecord, partition: number): Message {
  // A copy: whoever appends may use its buffer again.
  return { key: Buffer.from(key), value: Buffer.from(value), headers: { ...headers }, partition };
}

function sizeOf({ key, value, headers = {} }: OutgoingRecord): number {
  let bytes = RECORD_OVERHEAD + 3 * key.length + value.byteLength;
  for (const [name, text] of Object.entries(headers)) bytes += 3 * (name.length + text.length);
  return bytes;
}
