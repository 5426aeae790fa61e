import type { ClickHouseClient } from '@clickhouse/client';
import { insertRows } from './insert-rows.ts';
import type { UsageRow } from './usage-row.ts';

/**
 * Where a second copy of a row does no harm: nothing is summed or counted there, and the table drops
 * it when it merges. So it takes no token.
 */
export interface ForgivingTable<Row> {
  insert(rows: readonly Row[]): Promise<void>;
}

/** From an id that somebody may have in hand to where the request's rows are. */
export interface PointerRow {
  id: string;
  account: string;
  received_at: string;
  request_id: string;
}

/** The ids of an attempt are its own; ours and the client's come once, with the end. */
export function pointersOf(rows: readonly UsageRow[]): PointerRow[] {
  const pointers = new Map<string, PointerRow>();
  for (const row of rows) {
    const { account, received_at, request_id, client_request_id, body_id, upstream_id } = row;
    const ids = row.attempt === 0 ? [request_id, client_request_id] : [];
    for (const id of [...ids, body_id, upstream_id])
      if (id !== '') pointers.set(`${request_id} ${id}`, { id, account, received_at, request_id });
  }
  return [...pointers.values()];
}

/** What is kept of a record that could not be made into a row: never what is in it. */
export interface DeadRow {
  topic: string;
  topic_epoch: string;
  partition: number;
  offset: bigint;
  type: string;
  reason: string;
  value_bytes: number;
  value_sha256: string;
  appended_at: string;
}

const pointerColumns: readonly (keyof PointerRow)[] = [
  'id',
  'account',
  'received_at',
  'request_id',
];

const deadColumns: readonly (keyof DeadRow)[] = [
  'topic',
  'topic_epoch',
  'partition',
  'offset',
  'type',
  'reason',
  'value_bytes',
  'value_sha256',
  'appended_at',
];

export function pointerTable(client: ClickHouseClient): ForgivingTable<PointerRow> {
  const table = 'flux.requests_by_id';
  return { insert: (rows) => insertRows(client, table, pointerColumns, rows, null) };
}

export function deadTable(client: ClickHouseClient): ForgivingTable<DeadRow> {
  return { insert: (rows) => insertRows(client, 'flux.usage_dead', deadColumns, rows, null) };
}
