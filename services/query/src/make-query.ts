import type {
  FindRequestsRequest,
  GetRequestRequest,
  GetRequestResponse,
  Query,
} from '@fluxrouter/generated/query';
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

/** Reads of what metering has written. Empty account: any account's, for operators. */
export function makeQuery({ clickhouse, completeUntil, now = Date.now }: QueryParts): Query {
  const recordsOf = async (account: string, statement: Statement) => {
    const rows = await selectRows<EventRow>(clickhouse, statement);
    return storedRequests(rows)
      .map((stored) => assembleRecord(stored, now(), account === ''))
      .filter((record) => record !== null);
  };
  return {
    async getRequest({ account, id }: GetRequestRequest): Promise<GetRequestResponse> {
      const records = await recordsOf(account, requestById(account, id));
      return { record: records[0] };
    },
    async findRequests({ account, any, limit }: FindRequestsRequest) {
      const statement = requestsByAnyId(account, any, limitOf(limit));
      return { records: await recordsOf(account, statement) };
    },
    listRequests: (request) => listRequests(clickhouse, request, now()),
    getUsage: (request) => getUsage(clickhouse, completeUntil, request),
  };
}
