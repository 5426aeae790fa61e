import type { GetRequestResponse, Query } from '@fluxrouter/generated/query';
import { assembleRecord } from './assemble-record.ts';
import { type EventRow, storedRequests } from './clickhouse/event-rows.ts';
import { requestById, requestsByAnyId } from './clickhouse/find-by-id.ts';
import { type Statement, selectRows } from './clickhouse/statement.ts';
import { getUsage } from './get-usage.ts';
import { listRequests } from './list-requests.ts';
import { limitOf } from './page.ts';
import type { ClickHouseReader, CompleteUntil } from './ports.ts';

export interface QueryParts {
  readonly clickhouse: ClickHouseReader;
  readonly completeUntil: CompleteUntil;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

type Cancellable = {
  [Method in keyof Query]: (
    request: Parameters<Query[Method]>[0],
    cancelled?: AbortSignal,
  ) => ReturnType<Query[Method]>;
};

/** Reads of what metering has written. Empty account: any account's, for operators. */
export function makeQuery({ clickhouse, completeUntil, now = Date.now }: QueryParts): Cancellable {
  const recordsOf = async (account: string, statement: Statement, cancelled?: AbortSignal) => {
    const rows = await selectRows<EventRow>(readerUntil(clickhouse, cancelled), statement);
    return storedRequests(rows)
      .map((stored) => assembleRecord(stored, now(), account === ''))
      .filter((record) => record !== null);
  };
  return {
    async getRequest({ account, id }, cancelled): Promise<GetRequestResponse> {
      const records = await recordsOf(account, requestById(account, id), cancelled);
      return { record: records[0] };
    },
    async findRequests({ account, any, limit }, cancelled) {
      const statement = requestsByAnyId(account, any, limitOf(limit));
      return { records: await recordsOf(account, statement, cancelled) };
    },
    listRequests: (request, cancelled) =>
      listRequests(readerUntil(clickhouse, cancelled), request, now()),
    getUsage: (request, cancelled) =>
      getUsage(readerUntil(clickhouse, cancelled), completeUntil, request),
  };
}

/** Who has gone, or whose time is over, waits for no rows: the engine is free for the others. */
function readerUntil(clickhouse: ClickHouseReader, cancelled?: AbortSignal): ClickHouseReader {
  if (cancelled === undefined) return clickhouse;
  const query = (statement: Parameters<ClickHouseReader['query']>[0]) => {
    cancelled.throwIfAborted();
    return clickhouse.query({ ...statement, abort_signal: cancelled });
  };
  return { query: query as ClickHouseReader['query'] };
}
