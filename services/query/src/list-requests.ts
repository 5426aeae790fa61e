import type { ListRequestsRequest, ListRequestsResponse } from '@fluxrouter/generated/query';
import { assembleRecord } from './assemble-record.ts';
import { type EventRow, storedRequests } from './clickhouse/event-rows.ts';
import { type Candidate, candidatesOf, rowsOfCandidates } from './clickhouse/list-statements.ts';
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
  const rows = await selectRows<EventRow>(clickhouse, rowsOfCandidates(page));
  // Where another copy of a request's end is the first in the log, that one may not fit the filters.
  const fitting = new Map(page.map(({ request_id, version }) => [request_id, version]));
  const records = storedRequests(rows)
    .filter((stored) => stored.endVersion === fitting.get(stored.requestId))
    .map((stored) => assembleRecord(stored, nowMs, request.account === ''))
    .filter((record) => record !== null);
  return { records, nextCursor: found.length > limit ? cursorAfter(last) : '' };
}

function cursorAfter({ received_at_ms, request_id }: Candidate): string {
  return encodeCursor({ receivedAtMs: Number(received_at_ms), requestId: request_id });
}
