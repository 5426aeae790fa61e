import type {
  BusRecord,
  CommittedOffset,
  OutgoingRecord,
  RecordPosition,
  TopicSpec,
} from '../port.ts';

/**
 * What an adapter that keeps its own log provides; `LogBus` makes consumers and tails of it.
 * Offsets inside are numbers (below 2^53), outside bigint. What is synchronous may throw `isBusy`.
 */
export interface TopicLog {
  readonly spec: TopicSpec;
  readonly epoch: string;
  append(records: readonly OutgoingRecord[]): Promise<readonly RecordPosition[]>;
  /** From `from` on, up to both limits, yet one record where there is any. */
  read(
    partition: number,
    from: number,
    maxRecords: number,
    maxBytes: number,
  ): BusRecord[] | Promise<BusRecord[]>;
  /** Next offset of each partition as last seen. */
  readonly ends: readonly number[];
  /** `performance.now()` when `ends` was last known to be true; -Infinity: never yet. */
  readonly checkedAtMs: number;
  /** Looks for other processes' appends now; calls listeners as they would have been anyway. */
  check(): void | Promise<void>;
  /** The listener is called soon after `ends[partition]` grew, whoever appended. */
  subscribe(listener: (partition: number) => void): () => void;
  close(): Promise<void>;
}

/** A partition that a member owns. `claim` differs for each ownership, also by the same member. */
export interface Claim {
  topic: string;
  partition: number;
  claim: number;
  committed: CommittedOffset | null;
}

export interface GroupMembership {
  claims(): readonly Claim[];
  /** False where the claim has ended: nothing was written. */
  commit(claim: Claim, offset: bigint, metadata: string): Promise<boolean>;
  leave(): Promise<void>;
}

export interface GroupLedger {
  /** `onChange`: this member's claims may have changed. */
  join(specs: readonly TopicSpec[], onChange: () => void): Promise<GroupMembership>;
  committed(
    topic: string,
  ): ReadonlyMap<number, CommittedOffset> | Promise<ReadonlyMap<number, CommittedOffset>>;
  /** Looks for other processes' joining, leaving and dying now. */
  check(): void | Promise<void>;
  close(): Promise<void>;
}

export interface LogStorage {
  /** Creates or verifies the topic and opens it. */
  openTopic(spec: TopicSpec): TopicLog | Promise<TopicLog>;
  /** Null where `create` is false and no one ever joined the group. */
  openGroup(group: string, create: boolean): GroupLedger | null;
  /** How often `check` of topics and groups is to be called while anything is read; null: never. */
  readonly checkEveryMs: number | null;
  close?(): Promise<void>;
}
