/** An event of the log, from its bytes alone. */
export interface Logged {
  readonly type: 'AttemptFinished' | 'RequestFinished';
  readonly eventId: string;
  readonly requestId: string;
  /** What its client called it: `x-client-request-id`. */
  readonly mark: string;
  /** Which life of the topic it is of. */
  readonly epoch: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Of the record's value: copies of an event are the same bytes. */
  readonly digest: string;
  readonly outcome: string;
  readonly receivedAtMs: number;
  readonly money: Money;
  readonly tokens: Tokens;
  /** Of an attempt: `provider` where it is what the provider has told. */
  readonly usageSource: string;
  /** Of an attempt: the one that its client was shown. */
  readonly accepted: boolean;
  /** Of an attempt: the provider's own id; empty: no head came. */
  readonly upstreamId: string;
  /** Of an attempt, ms since 1970; 0: an end. */
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  /** Of an end: attempts that were begun. */
  readonly attempts: number;
}

/** Disjoint; null: not known. */
export interface Tokens {
  readonly input: number | null;
  readonly cacheRead: number | null;
  readonly output: number | null;
}

/** Pico-USD. */
export interface Money {
  readonly cost: bigint;
  readonly charged: bigint;
  readonly house: bigint;
}

/** A row of `flux.usage`. */
export interface Row {
  readonly eventId: string;
  readonly epoch: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly money: Money;
  readonly tokens: Tokens;
}

/** `flux.usage`, without and with FINAL. */
export interface Tables {
  readonly raw: readonly Row[];
  readonly final: readonly Row[];
}

/** What the provider has served, by its own book. */
export interface Served {
  readonly upstreamRequestId: string;
  /** Absent: refused before it was read. */
  readonly mark?: string;
  readonly outcome: string;
  /** As it was told, in the dialect's own words. */
  readonly usage?: Readonly<Record<string, unknown>> | null;
}

/** Everything that was written down about one run, by whoever wrote it. */
export interface Books extends Tables {
  readonly served: readonly Served[];
  /** In log order, copies and all; one life of the topic after the other. */
  readonly log: readonly Logged[];
  /** As they were before metering read one life of the topic again, from its beginning. */
  readonly beforeReplay?: Tables & { readonly epoch: string };
  /** Records that metering could not read. */
  readonly quarantined: number;
  /** Events that were left in journals, and entries that were left open. */
  readonly journals: { readonly events: number; readonly open: number };
  readonly lagRecords: number;
  /** Differences that the system's own reconciler has told of. */
  readonly alarms: number;
}
