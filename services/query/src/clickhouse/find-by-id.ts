import { eventRowColumns } from './event-rows.ts';
import type { Statement } from './statement.ts';

/** The rows of the request with that id of ours. */
export function requestById(account: string, id: string): Statement {
  return rowsOfPointers(['id = {id:String}', 'request_id = {id:String}'], account, {
    id,
    requestsMax: 1,
  });
}

/** The rows of the newest requests that have that id of any kind. */
export function requestsByAnyId(account: string, id: string, requestsMax: number): Statement {
  return rowsOfPointers(['id = {id:String}'], account, { id, requestsMax });
}

/** The pointers give account and time, so that `usage` is read by its primary key. */
function rowsOfPointers(
  conditions: readonly string[],
  account: string,
  values: Statement['values'],
): Statement {
  const ofAccount = account === '' ? [] : ['account = {account:String}'];
  return {
    text: `SELECT ${eventRowColumns}
FROM flux.usage
WHERE (account, received_at, request_id) IN (
  SELECT DISTINCT account, received_at, request_id
  FROM flux.requests_by_id
  WHERE ${[...conditions, ...ofAccount].join(' AND ')}
  ORDER BY received_at DESC, request_id DESC
  LIMIT {requestsMax:UInt32}
)
ORDER BY received_at DESC, event_id DESC, version DESC
LIMIT 1 BY account, event_id`,
    values: { ...values, ...(account === '' ? {} : { account }) },
  };
}
