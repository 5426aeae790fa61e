export { makeQuery, type QueryParts } from './make-query.ts';
export type { ClickHouseReader, CompleteUntil } from './ports.ts';
