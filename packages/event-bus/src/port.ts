/** A topic as we declare it in code; it is made at start where it does not exist. */
export interface TopicSpec {
  /** `[A-Za-z0-9._-]{1,128}` */
  name: string;
  /** Never changes during a topic's life: growing means a new topic. */
  partitions: number;
  /** `compact`: a record may disappear once a later one has its key. `keep`: nothing disappears. */
  cleanup: 'keep' | 'compact';
}

export interface OutgoingRecord {
  /** Decides the partition; records of one key stay in order. */
  key: string;
  value: Uint8Array;
  headers?: Readonly<Record<string, string>>;
}

export interface BusRecord {
  topic: string;
  partition: number;
  offset: bigint;
  key: string;
  /** May be a view into a larger buffer: copy it to keep it for long. */
  value: Uint8Array;
  headers: Readonly<Record<string, string>>;
  appendedAtMs: number;
}

export interface RecordPosition {
  partition: number;
  offset: bigint;
}

export interface CommittedOffset {
  /** The next offset to be read. */
  offset: bigint;
  metadata: string;
}

/** What a handler gets: consecutive records of one partition (offsets may have gaps). */
export interface PartitionBatch {
  topic: string;
  partition: number;
  /** UUID from the topic's `TopicBorn` record: differs where a topic was deleted and made anew. */
  epoch: string;
  /** Never empty. `TopicBorn` is among them; who does not want it ignores it. */
  records: readonly BusRecord[];
  /** The offset after the last record: what to commit when all of the batch is done. */
  endOffset: bigint;
  /** The group's last commit as of the call of the handler or this batch's own last `commit`. */
  readonly committed: CommittedOffset | null;
  /**
   * Durable when resolved. Rejects with `StaleOwnerError` where the partition has gone to another
   * member meanwhile; then nothing was written and that member begins at the last commit.
   */
  commit(nextOffset: bigint, metadata: string): Promise<void>;
  /** True once this member is known not to own the partition any more: stop working on the batch. */
  isStale(): boolean;
}

export interface ConsumeOptions {
  group: string;
  topics: readonly string[];
  maxBatchRecords: number;
  /** Keys, values and headers of a batch together; one larger record still comes, alone. */
  maxBatchBytes: number;
  /** Waits so long for more once a record is there and the batch is not full. Default 0. */
  lingerMs?: number;
  /**
   * One call at a time for each partition; calls for different partitions overlap. Delivery begins
   * at the committed offset (or 0) and goes on after what was delivered, committed or not. If it
   * throws it is called again with the same records after a backoff.
   */
  handle(batch: PartitionBatch): Promise<void>;
  /** Told of every throw of `handle` and of failures of the bus itself; it goes on by itself. */
  onError?(error: unknown): void;
}

export interface Consumer {
  /** The member's partitions at this moment, by topic. */
  assigned(): ReadonlyMap<string, readonly number[]>;
  /** Ends after the handlers that are running; then the partitions go to other members. */
  stop(): Promise<void>;
}

export interface TailOptions {
  topic: string;
  /** `end`: only what is appended after `tail` was called. A map: next offset by partition, others 0. */
  from: 'start' | 'end' | ReadonlyMap<number, bigint>;
  /** One call at a time; records of one partition in order. Called again with the same if it throws. */
  onRecords(records: readonly BusRecord[]): void | Promise<void>;
  onError?(error: unknown): void;
}

export interface Tail {
  /** Resolves when everything that was there when the tail began has been through `onRecords`. */
  caughtUp(): Promise<void>;
  /**
   * `performance.now()` (a clock that is never set) of the last moment at which the tail had handed over all there was: ages while it
   * cannot read, is behind, or its `onRecords` hangs or throws. -Infinity before the first such moment.
   */
  readonly freshAtMs: number;
  isFresh(maxAgeMs: number): boolean;
  stop(): Promise<void>;
}

/** The log between the services. Every adapter passes `describeEventBusContract`. */
export interface EventBus {
  /**
   * Makes topics that do not exist, with a `TopicBorn` record as offset 0 of each partition, and
   * verifies those that do: rejects with `TopicMismatchError` where count or cleanup differ.
   */
  ensureTopics(specs: readonly TopicSpec[]): Promise<void>;
  /**
   * Durable (against the death of any process) when resolved, all or nothing; the positions are in
   * the order of `records`. Calls of one process keep their order per key. A rejected call may be
   * repeated: at worst (Kafka) the records are there twice.
   */
  append(topic: string, records: readonly OutgoingRecord[]): Promise<readonly RecordPosition[]>;
  /**
   * At least once, as a member of a group whose live members share the partitions. A consumer or
   * tail keeps the process alive until it is stopped.
   */
  consume(options: ConsumeOptions): Promise<Consumer>;
  /** All partitions, without group and commits, for views that are kept in memory. */
  tail(options: TailOptions): Promise<Tail>;
  /** Only partitions that have a commit are in the map. */
  committed(group: string, topic: string): Promise<ReadonlyMap<number, CommittedOffset>>;
  /** The offset that the next record of each partition will have. */
  endOffsets(topic: string): Promise<ReadonlyMap<number, bigint>>;
  /** Stops this instance's consumers and tails, waits for appends under way. */
  close(): Promise<void>;
}

/** Makes the first record of each partition of a new topic; `type: TopicBorn` is added to its headers. */
export type TopicBornEncoder = (topic: string, uuid: string) => OutgoingRecord;
