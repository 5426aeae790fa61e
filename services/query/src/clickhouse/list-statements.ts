import { endEventId } from '@fluxrouter/events';
import type { ListRequestsRequest } from '@fluxrouter/generated/query';
import type { PageEnd } from '../page.ts';
import { eventRowColumns } from './event-rows.ts';
import type { Statement } from './statement.ts';

/** The end of a request that fits the filters: where all its rows are. */
export interface Candidate {
  account: string;
  request_id: string;
  received_at_text: string;
  received_at_ms: string;
  version: string;
}

const instant = (name: string) => `fromUnixTimestamp64Milli({${name}:Int64}, 'UTC')`;

/**
 * The newest ends that fit, narrow columns only, read along the primary key until the page is full.
 * A second copy of an end may fit where the first does not: the caller compares versions.
 */
export function candidatesOf(
  request: ListRequestsRequest,
  after: PageEnd | null,
  limit: number,
): Statement {
  const conditions = ['attempt = 0'];
  const values: Record<string, unknown> = { limit };
  const where = (condition: string, added: Record<string, unknown>) => {
    conditions.push(condition);
    Object.assign(values, added);
  };
  if (request.account !== '') where('account = {account:String}', { account: request.account });
  if (request.fromMs > 0) where(`received_at >= ${instant('from')}`, { from: request.fromMs });
  if (request.toMs > 0) where(`received_at < ${instant('to')}`, { to: request.toMs });
  if (after !== null) {
    const { receivedAtMs, requestId } = after;
    where(`received_at <= ${instant('after')}`, { after: receivedAtMs });
    where(`(received_at, event_id) < (${instant('after')}, {afterEvent:String})`, {
      afterEvent: endEventId(requestId),
    });
  }
  for (const column of ['key', 'model', 'lane', 'dialect', 'outcome'] as const) {
    const value = request[column];
    if (value !== '') where(`${column} = {${column}:String}`, { [column]: value });
  }
  const { errorCode, stream, tags } = request;
  if (errorCode !== '') where('error_code = {errorCode:String}', { errorCode });
  if (stream !== undefined) where('stream = {stream:Bool}', { stream });
  for (const [index, { name, value }] of tags.entries()) {
    where(`tags[{tag${index}:String}] = {tagValue${index}:String}`, {
      [`tag${index}`]: name,
      [`tagValue${index}`]: value,
    });
  }
  return {
    text: `SELECT account, request_id, version,
  toString(received_at) AS received_at_text, toUnixTimestamp64Milli(received_at) AS received_at_ms
FROM flux.usage
WHERE ${conditions.join('\n  AND ')}
ORDER BY received_at DESC, event_id DESC, version DESC
LIMIT 1 BY account, event_id
LIMIT {limit:UInt32}`,
    values,
  };
}

/** All rows of the candidates' requests, the first copy of each, by the primary key. */
export function rowsOfCandidates(candidates: readonly Candidate[]): Statement {
  const distinct = (column: 'account' | 'received_at_text' | 'request_id') => [
    ...new Set(candidates.map((candidate) => candidate[column])),
  ];
  return {
    text: `SELECT ${eventRowColumns}
FROM flux.usage
WHERE account IN {accounts:Array(String)}
  AND received_at IN {times:Array(DateTime64(3, 'UTC'))}
  AND request_id IN {ids:Array(String)}
ORDER BY received_at DESC, event_id DESC, version DESC
LIMIT 1 BY account, event_id`,
    values: {
      accounts: distinct('account'),
      times: distinct('received_at_text'),
      ids: distinct('request_id'),
    },
  };
}
