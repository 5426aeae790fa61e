import { BusClosedError, UnknownTopicError } from '../bus-errors.ts';
import type {
  CommittedOffset,
  ConsumeOptions,
  Consumer,
  EventBus,
  OutgoingRecord,
  RecordPosition,
  Tail,
  TailOptions,
  TopicSpec,
} from '../port.ts';
import { isBusy, whenNotBusy } from '../sqlite/index.ts';
import { assertTopicShape } from '../topic-shape.ts';
import { GroupConsumer } from './consumer.ts';
import { LogTail } from './log-tail.ts';
import type { GroupLedger, LogStorage, TopicLog } from './storage.ts';

type Running = { stop(): Promise<void> };

/** The bus over a log that is read by offset: embedded, in memory, in Kafka. */
export class LogBus implements EventBus {
  readonly #storage: LogStorage;
  readonly #onError: (message: string, error: unknown) => void;
  readonly #topics = new Map<string, TopicLog>();
  readonly #groups = new Map<string, GroupLedger>();
  readonly #running = new Set<Running>();
  #timer: NodeJS.Timeout | null = null;
  #closed: Promise<void> | null = null;

  constructor(storage: LogStorage, onError: (message: string, error: unknown) => void) {
    this.#storage = storage;
    this.#onError = onError;
  }

  async ensureTopics(specs: readonly TopicSpec[]): Promise<void> {
    this.#assertOpen();
    await Promise.all(specs.map((spec) => this.#ensureTopic(spec)));
  }

  async #ensureTopic(spec: TopicSpec): Promise<void> {
    const open = this.#topics.get(spec.name);
    if (open !== undefined) {
      assertTopicShape(spec, open.spec);
      return;
    }
    const opening = this.#storage.openTopic(spec);
    this.#topics.set(spec.name, opening instanceof Promise ? await opening : opening);
  }

  async append(
    topic: string,
    records: readonly OutgoingRecord[],
  ): Promise<readonly RecordPosition[]> {
    this.#assertOpen();
    const log = this.#topic(topic);
    return records.length === 0 ? [] : log.append(records);
  }

  async consume(options: ConsumeOptions): Promise<Consumer> {
    this.#assertOpen();
    const logs = new Map(options.topics.map((topic) => [topic, this.#topic(topic)]));
    for (const log of logs.values()) await whenNotBusy(() => log.check());
    const consumer = new GroupConsumer(options, logs, () => this.#ended(consumer));
    this.#began(consumer);
    await consumer.start(this.#group(options.group, true) as GroupLedger);
    return consumer;
  }

  async tail(options: TailOptions): Promise<Tail> {
    this.#assertOpen();
    const log = this.#topic(options.topic);
    await whenNotBusy(() => log.check());
    const tail = new LogTail(log, options, () => this.#ended(tail));
    this.#began(tail);
    return tail;
  }

  async committed(group: string, topic: string): Promise<ReadonlyMap<number, CommittedOffset>> {
    this.#assertOpen();
    const ledger = this.#group(group, false);
    if (ledger === null) return new Map();
    return whenNotBusy(() => ledger.committed(topic));
  }

  async endOffsets(topic: string): Promise<ReadonlyMap<number, bigint>> {
    this.#assertOpen();
    const log = this.#topic(topic);
    await whenNotBusy(() => log.check());
    return new Map(log.ends.map((end, partition) => [partition, BigInt(end)]));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#running].map((running) => running.stop()));
    await Promise.all([...this.#topics.values()].map((log) => log.close()));
    await Promise.all([...this.#groups.values()].map((ledger) => ledger.close()));
    await this.#storage.close?.();
  }

  #assertOpen(): void {
    if (this.#closed !== null) throw new BusClosedError();
  }

  #topic(name: string): TopicLog {
    const log = this.#topics.get(name);
    if (log === undefined) throw new UnknownTopicError(name);
    return log;
  }

  #group(name: string, create: boolean): GroupLedger | null {
    const open = this.#groups.get(name);
    if (open !== undefined) return open;
    const ledger = this.#storage.openGroup(name, create);
    if (ledger !== null) this.#groups.set(name, ledger);
    return ledger;
  }

  #began(running: Running): void {
    this.#running.add(running);
    const everyMs = this.#storage.checkEveryMs;
    if (everyMs !== null) this.#timer ??= setInterval(() => this.#checkAll(), everyMs);
  }

  #ended(running: Running): void {
    this.#running.delete(running);
    if (this.#running.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  /** The safety net under notifications: one timer for all of a process's consumers and tails. */
  #checkAll(): void {
    for (const checked of [...this.#topics.values(), ...this.#groups.values()]) {
      const failed = (error: unknown) => {
        if (!isBusy(error)) this.#onError('the event bus cannot read its files', error);
      };
      try {
        checked.check()?.catch(failed);
      } catch (error) {
        failed(error);
      }
    }
  }
}
