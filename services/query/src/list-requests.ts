import type { ListRequestsRequest, ListRequestsResponse } from '@fluxrouter/generated/query';
import { assembleRecords } from './assemble-record.ts';
import { type Candidate, candidatesOf, rowsOfCandidates } from './clickhouse/list-statements.ts';
import type { RequestRow } from './clickhouse/request-rows.ts';
import { selectRows } from './clickhouse/statement.ts';
import { decodeCursor, encodeCursor, limitOf } from './page.ts';
import type { ClickHouseReader } from './ports.ts';

/** A page of records, newest first. A page may be short of its limit; the cursor says if more come. */
export async function listRequests(
  clickhouse: ClickHouseReader,
  request: ListRequestsRequest,
  nowMs: number,
): Promise<ListRequestsResponse> {
  const limit = limitOf(request.limit);
  const after = request.cursor === '' ? null : decodeCursor(request.cursor);
  // One more than asked: is there a next page?
  const statement = candidatesOf(request, after, limit + 1);
  const found = await selectRows<Candidate>(clickhouse, statement);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  if (last === undefined) return { records: [], nextCursor: '' };
  const rows = await selectRows<RequestRow>(clickhouse, rowsOfCandidates(page));
  const fitting = withoutLaterCopies(page, rows);
  return {
    records: assembleRecords(fitting, nowMs, request.account === ''),
    nextCursor:
      found.length > limit
        ? encodeCursor({
            receivedAtMs: Number(last.received_at_ms),
            requestId: last.request_id,
          })
        : '',
  };
}

/** Requests whose end fitted the filters only in a copy that is not the first in the log. */
function withoutLaterCopies(
  candidates: readonly Candidate[],
  rows: readonly RequestRow[],
): RequestRow[] {
  const versions = new Map(candidates.map(({ request_id, version }) => [request_id, version]));
  const later = new Set(
    rows
      .filter((row) => row.attempt === 0 && row.version !== versions.get(row.request_id))
      .map((row) => row.request_id),
  );
  return rows.filter((row) => versions.has(row.request_id) && !later.has(row.request_id));
}
