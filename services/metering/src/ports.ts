import type { EventBus } from '@fluxrouter/event-bus';

/** Where this service tells what happens: operational facts only, never a record's content. */
export interface Log {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export interface MeteringMetrics {
  /** Rows that are in ClickHouse for good; a batch that was repeated counts once. */
  rowsInserted(count: number): void;
  batchInserted(durationMs: number): void;
  /** ClickHouse did not take a batch; it is tried again. */
  insertFailed(): void;
  /** Records that could not be made into rows. Any is worth a look. */
  deadLettered(reason: string, count: number): void;
  /** Texts that did not match the grammar of what may be stored and were left out. */
  textsWithheld(count: number): void;
}

export interface ReconcilerMetrics {
  /** Records of the log that were looked for in ClickHouse. */
  compared(records: number): void;
  /** Alarm: a range of the log and ClickHouse differ; so many records of it are in no table. */
  different(missing: number): void;
  /** Alarm where not 0: partitions with traffic of which nothing is inserted. */
  stalled(partitions: number): void;
  /** Alarm where it stays above 0: events that journals have numbered and that are not in the log, now. */
  notShipped(events: number): void;
}

/** What metering needs of the bus. */
export type MeteringBus = Pick<
  EventBus,
  'ensureTopics' | 'append' | 'consume' | 'committed' | 'endOffsets'
>;
