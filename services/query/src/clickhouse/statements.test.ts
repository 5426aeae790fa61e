import { expect, test } from 'vitest';
import { readUsageQuestion } from '../usage-question.ts';
import { requestById, requestsByAnyId } from './find-by-id.ts';
import { candidatesOf, rowsOfCandidates } from './list-statements.ts';
import { usageOf } from './usage-statement.ts';

// What these texts give is tested on the real engine, in the *.int.test.ts beside. Here: what is sent.

const everything = {
  account: '',
  fromMs: 0,
  toMs: 0,
  key: '',
  model: '',
  lane: '',
  dialect: '',
  outcome: '',
  tags: [],
  errorCode: '',
  cursor: '',
  limit: 0,
};
const question = {
  account: 'acc_1',
  fromMs: 1000,
  toMs: 2000,
  granularity: 'total',
  groupBy: [],
  tz: 'Europe/Berlin',
};

test('the request with an id of ours', () => {
  expect(requestById('acc_1', 'req_1')).toMatchInlineSnapshot(`
    {
      "text": "SELECT request_id, attempt, version, base64Encode(event) AS event_base64
    FROM flux.usage
    WHERE (account, received_at, request_id) IN (
      SELECT DISTINCT account, received_at, request_id
      FROM flux.requests_by_id
      WHERE id = {id:String} AND request_id = {id:String} AND account = {account:String}
      ORDER BY received_at DESC, request_id DESC
      LIMIT {requestsMax:UInt32}
    )
    ORDER BY received_at DESC, event_id DESC, version DESC
    LIMIT 1 BY account, event_id",
      "values": {
        "account": "acc_1",
        "id": "req_1",
        "requestsMax": 1,
      },
    }
  `);
});

test('the requests with an id of any kind, for operators', () => {
  expect(requestsByAnyId('', 'msg_1', 50)).toMatchInlineSnapshot(`
    {
      "text": "SELECT request_id, attempt, version, base64Encode(event) AS event_base64
    FROM flux.usage
    WHERE (account, received_at, request_id) IN (
      SELECT DISTINCT account, received_at, request_id
      FROM flux.requests_by_id
      WHERE id = {id:String}
      ORDER BY received_at DESC, request_id DESC
      LIMIT {requestsMax:UInt32}
    )
    ORDER BY received_at DESC, event_id DESC, version DESC
    LIMIT 1 BY account, event_id",
      "values": {
        "id": "msg_1",
        "requestsMax": 50,
      },
    }
  `);
});

test('a page of a list, with all filters', () => {
  const request = {
    ...everything,
    account: 'acc_1',
    fromMs: 1000,
    toMs: 2000,
    key: 'key_1',
    model: 'gpt-5.5',
    lane: 'Daily Driver',
    dialect: 'openai-chat',
    outcome: 'failed',
    stream: true,
    tags: [
      { name: 'team', value: 'search' },
      { name: 'feature', value: 'chat' },
    ],
    errorCode: 'upstream_error',
  };
  const after = { receivedAtMs: 1500, requestId: 'req_1' };
  expect(candidatesOf(request, after, 51)).toMatchInlineSnapshot(`
    {
      "text": "SELECT account, request_id, version,
      toString(received_at) AS received_at_text, toUnixTimestamp64Milli(received_at) AS received_at_ms
    FROM flux.usage
    WHERE attempt = 0
      AND account = {account:String}
      AND received_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
      AND received_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
      AND received_at <= fromUnixTimestamp64Milli({after:Int64}, 'UTC')
      AND (received_at, event_id) < (fromUnixTimestamp64Milli({after:Int64}, 'UTC'), {afterEvent:String})
      AND key = {key:String}
      AND model = {model:String}
      AND lane = {lane:String}
      AND dialect = {dialect:String}
      AND outcome = {outcome:String}
      AND error_code = {errorCode:String}
      AND stream = {stream:Bool}
      AND tags[{tag0:String}] = {tagValue0:String}
      AND tags[{tag1:String}] = {tagValue1:String}
    ORDER BY received_at DESC, event_id DESC, version DESC
    LIMIT 1 BY account, event_id
    LIMIT {limit:UInt32}",
      "values": {
        "account": "acc_1",
        "after": 1500,
        "afterEvent": "req_1.end",
        "dialect": "openai-chat",
        "errorCode": "upstream_error",
        "from": 1000,
        "key": "key_1",
        "lane": "Daily Driver",
        "limit": 51,
        "model": "gpt-5.5",
        "outcome": "failed",
        "stream": true,
        "tag0": "team",
        "tag1": "feature",
        "tagValue0": "search",
        "tagValue1": "chat",
        "to": 2000,
      },
    }
  `);
});

test('a page of a list without filters', () => {
  expect(candidatesOf(everything, null, 51)).toMatchInlineSnapshot(`
    {
      "text": "SELECT account, request_id, version,
      toString(received_at) AS received_at_text, toUnixTimestamp64Milli(received_at) AS received_at_ms
    FROM flux.usage
    WHERE attempt = 0
    ORDER BY received_at DESC, event_id DESC, version DESC
    LIMIT 1 BY account, event_id
    LIMIT {limit:UInt32}",
      "values": {
        "limit": 51,
      },
    }
  `);
});

test('the rows of a page', () => {
  const candidate = {
    account: 'acc_1',
    request_id: 'req_1',
    received_at_text: '2026-05-17 12:34:56.789',
    received_at_ms: '1779021296789',
    version: '5',
  };
  expect(
    rowsOfCandidates([candidate, { ...candidate, request_id: 'req_2' }]),
  ).toMatchInlineSnapshot(`
    {
      "text": "SELECT request_id, attempt, version, base64Encode(event) AS event_base64
    FROM flux.usage
    WHERE account IN {accounts:Array(String)}
      AND received_at IN {times:Array(DateTime64(3, 'UTC'))}
      AND request_id IN {ids:Array(String)}
    ORDER BY received_at DESC, event_id DESC, version DESC
    LIMIT 1 BY account, event_id",
      "values": {
        "accounts": [
          "acc_1",
        ],
        "ids": [
          "req_1",
          "req_2",
        ],
        "times": [
          "2026-05-17 12:34:56.789",
        ],
      },
    }
  `);
});

test('usage in total', () => {
  expect(usageOf(readUsageQuestion(question), 100)).toMatchInlineSnapshot(`
    {
      "text": "SELECT
      toInt64(0) AS start_ms,
      []::Array(String) AS groups,
      countIf(attempt = 0) AS requests,
      sumIf(toUInt64(ifNull(input_tokens, 0)), accepted) AS input_tokens_sum,
      sumIf(toUInt64(ifNull(cache_read_tokens, 0)), accepted) AS cache_read_tokens_sum,
      sumIf(toUInt64(ifNull(cache_write_5m_tokens, 0)), accepted) AS cache_write_5m_tokens_sum,
      sumIf(toUInt64(ifNull(cache_write_1h_tokens, 0)), accepted) AS cache_write_1h_tokens_sum,
      sumIf(toUInt64(ifNull(output_tokens, 0)), accepted) AS output_tokens_sum,
      sumIf(toUInt64(ifNull(reasoning_tokens, 0)), accepted) AS reasoning_tokens_sum,
      sumIf(toUInt64(ifNull(images, 0)), accepted) AS images_sum,
      sumIf(toUInt128(charged_pico_usd), accepted) AS charged_pico_usd_sum,
      sumIf(toUInt128(direct_cost_pico_usd), accepted) AS direct_cost_pico_usd_sum,
      countIf(attempt = 0 AND outcome IN ('refused', 'failed', 'cut', 'orphaned')) AS errors
    FROM flux.usage FINAL
    WHERE (attempt = 0 OR accepted)
      AND account = {account:String}
      AND received_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
      AND received_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    LIMIT {bucketsMax:UInt32}",
      "values": {
        "account": "acc_1",
        "bucketsMax": 100,
        "from": 1000,
        "to": 2000,
      },
    }
  `);
});

test('usage by day, tag and outcome', () => {
  const asked = { ...question, granularity: 'day', groupBy: ['tag:team', 'outcome'] };
  expect(usageOf(readUsageQuestion(asked), 100)).toMatchInlineSnapshot(`
    {
      "text": "SELECT
      toInt64(toUnixTimestamp(toStartOfDay(received_at, {tz:String}))) * 1000 AS start_ms,
      [tags[{tag0:String}], toString(request_outcome)]::Array(String) AS groups,
      countIf(attempt = 0) AS requests,
      sumIf(toUInt64(ifNull(input_tokens, 0)), accepted) AS input_tokens_sum,
      sumIf(toUInt64(ifNull(cache_read_tokens, 0)), accepted) AS cache_read_tokens_sum,
      sumIf(toUInt64(ifNull(cache_write_5m_tokens, 0)), accepted) AS cache_write_5m_tokens_sum,
      sumIf(toUInt64(ifNull(cache_write_1h_tokens, 0)), accepted) AS cache_write_1h_tokens_sum,
      sumIf(toUInt64(ifNull(output_tokens, 0)), accepted) AS output_tokens_sum,
      sumIf(toUInt64(ifNull(reasoning_tokens, 0)), accepted) AS reasoning_tokens_sum,
      sumIf(toUInt64(ifNull(images, 0)), accepted) AS images_sum,
      sumIf(toUInt128(charged_pico_usd), accepted) AS charged_pico_usd_sum,
      sumIf(toUInt128(direct_cost_pico_usd), accepted) AS direct_cost_pico_usd_sum,
      countIf(attempt = 0 AND outcome IN ('refused', 'failed', 'cut', 'orphaned')) AS errors
    FROM (
      SELECT *, anyIf(outcome, attempt = 0) OVER (
        PARTITION BY account, received_at, request_id
      ) AS request_outcome
      FROM flux.usage FINAL
    WHERE (attempt = 0 OR accepted)
      AND account = {account:String}
      AND received_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
      AND received_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    )
    GROUP BY start_ms, groups
    ORDER BY start_ms, groups
    LIMIT {bucketsMax:UInt32}",
      "values": {
        "account": "acc_1",
        "bucketsMax": 100,
        "from": 1000,
        "tag0": "team",
        "to": 2000,
        "tz": "Europe/Berlin",
      },
    }
  `);
});
