import type { ClickHouseClient } from '@clickhouse/client';

/** Metering's tables, read only. */
export type ClickHouseReader = Pick<ClickHouseClient, 'query'>;

/** Up to when (ms since 1970) all that was received is in the tables. */
export type CompleteUntil = () => Promise<number> | number;
