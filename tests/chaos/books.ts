/** An event of the log, from its bytes alone. */
export interface Logged {
  readonly type: 'AttemptFinished' | 'RequestFinished';
  readonly eventId: string;
  readonly requestId: string;
  /** What its client called it: `x-client-request-id`. */
  readonly mark: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Of the record's value: copies of an event are the same bytes. */
  readonly digest: string;
  readonly outcome: string;
  readonly receivedAtMs: number;
  readonly money: Money;
  /** Of an attempt: the provider's own id; empty: no head came. */
  readonly upstreamId: string;
  /** Of an attempt, ms since 1970; 0: an end. */
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  /** Of an end: attempts that were begun. */
  readonly attempts: number;
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
  readonly partition: number;
  readonly offset: bigint;
  readonly money: Money;
}

/** What the provider has served, by its own book. */
export interface Served {
  readonly upstreamRequestId: string;
  /** Absent: refused before it was read. */
  readonly mark?: string;
  readonly outcome: string;
}

/** Everything that was written down about one run, by whoever wrote it. */
export interface Books {
  readonly served: readonly Served[];
  /** In log order, copies and all. */
  readonly log: readonly Logged[];
  readonly raw: readonly Row[];
  readonly final: readonly Row[];
  /** Records that metering could not read. */
  readonly quarantined: number;
  /** Events that were left in journals, and entries that were left open. */
  readonly journals: { readonly events: number; readonly open: number };
  readonly lagRecords: number;
  /** Differences that the system's own reconciler has told of. */
  readonly alarms: number;
}
