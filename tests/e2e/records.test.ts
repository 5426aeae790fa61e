import { type RunningSystem, startSystem } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { upstreamNameOf } from './support/ask.ts';
import { type BookLine, bookOf } from './support/book.ts';
import { type Answer, send } from './support/http-client.ts';
import { schemaProblems } from './support/json-schema.ts';
import { type Served, sendMixed } from './support/mixed-load.ts';
import { firstCustomer, makeKey } from './support/operators.ts';
import {
  expectHeadersEqualRecord,
  expectRoutorHeaders,
  type RecordJson,
} from './support/records.ts';

const COUNT = 200;

let system: RunningSystem;
let served: Served[];
let records: RecordJson[];
beforeAll(async () => {
  system = await startSystem({
    env: {
      FIRST_REQUEST: 'off',
      DEBUG_ROUTING: '1',
      BREAKERS: 'off',
      CHAIN_BY_HEALTH: 'off',
      ATTEMPT_RETRIES: '0',
    },
  });
  const { key, account } = firstCustomer(system);
  const other = await makeKey(system, account, 'other');
  served = await sendMixed(system, [key, other.key], COUNT);
  records = served.map(({ record }) => record);
});
afterAll(() => system?.stop());

const get = (path: string) => send(system, path);

it('has each of them in a record that is as its schema says', async () => {
  expect(new Set(records.map((record) => record['id'])).size).toBe(COUNT);
  const { json } = await get('/openapi.json');
  const schema = json.components.schemas.RequestRecord;
  expect(records.flatMap((record) => schemaProblems(record, schema))).toEqual([]);
});

it('has told in each header what is in the record', () => {
  for (const { answer, record } of served) {
    const { headers } = answer;
    expectHeadersEqualRecord(headers, record);
    expect(answer.status).toBe(record['status']);
    if (headers.has('x-routor-model')) expectRoutorHeaders(headers, record);
    else expect(record['model']).toBeNull();
    expect(headers.has('x-flux-cost-usd')).toBe(!(record['stream'] && answer.status === 200));
  }
});

it('agrees with what the provider says it served, attempt by attempt and token by token', () => {
  const lines = new Map(bookOf(system).map((line) => [line.upstreamRequestId, line]));
  const attempts = records.flatMap((record) => record['attempts']);
  expect(attempts).toHaveLength(lines.size);
  const perModel = (names: (string | null)[]) =>
    Object.fromEntries(
      [...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]).sort(),
    );
  expect(perModel(attempts.map(({ model }) => upstreamNameOf(model)))).toEqual(
    perModel([...lines.values()].map(({ requestedModel }) => requestedModel)),
  );
  let compared = 0;
  for (const record of records) {
    const { usage, outcome } = record;
    if (usage.source !== 'provider' || outcome === 'client_gone') continue;
    const line = lines.get(record['upstreamId']) as BookLine;
    expect(line).toMatchObject({ outcome: 'completed', bodyId: record['bodyId'] });
    expect(withoutNulls(usage)).toMatchObject(bucketsOf(line));
    compared += 1;
  }
  expect(compared).toBeGreaterThan(60);
});

it('charges for what was served and for nothing else', () => {
  for (const record of records) {
    const served = record['attempts'].some(({ accepted }: { accepted: boolean }) => accepted);
    if (!served) expect(record['costUsd']).toBe('0');
    if (['refused', 'failed'].includes(record['outcome']) && record['status'] !== 200) {
      expect(served).toBe(false);
    }
    const tokens = (record['usage'].input ?? 0) + (record['usage'].output ?? 0);
    if (served && tokens > 0) expect(Number(record['costUsd'])).toBeGreaterThan(0);
  }
  expect(records.filter(({ costUsd }) => costUsd !== '0').length).toBeGreaterThan(80);
});

describe('lists', () => {
  async function listed(query: string): Promise<RecordJson[]> {
    const all: RecordJson[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { status, json }: Answer = await get(
        `/v1/requests?limit=17${query}${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      expect(status).toBe(200);
      expect(json.data.length).toBeLessThanOrEqual(17);
      all.push(...json.data);
      cursor = json.next_cursor;
    }
    return all;
  }
  const newestFirst = () =>
    records.toSorted((a, b) => (a['id'] === b['id'] ? 0 : a['id'] < b['id'] ? 1 : -1));

  it('all, newest first, page by page, none twice', async () => {
    const all = await listed('');
    expect(all.map(({ id }) => id)).toEqual(newestFirst().map(({ id }) => id));
    expect(all).toEqual(newestFirst());
  });

  const filters: readonly [string, (record: RecordJson) => boolean][] = [
    ['outcome=completed', ({ outcome }) => outcome === 'completed'],
    ['outcome=refused', ({ outcome }) => outcome === 'refused'],
    ['outcome=cut', ({ outcome }) => outcome === 'cut'],
    ['model=gpt-5.4-mini', ({ model }) => model === 'gpt-5.4-mini'],
    ['lane=fast', ({ lane }) => lane === 'fast'],
    ['dialect=anthropic-messages', ({ dialect }) => dialect === 'anthropic-messages'],
    ['stream=true', ({ stream }) => stream],
    [
      'stream=false&dialect=openai-chat',
      (record) => !record['stream'] && record['dialect'] === 'openai-chat',
    ],
    ['error_code=model_not_found', ({ errorCode }) => errorCode === 'model_not_found'],
    ['tag=team:search', ({ tags }) => tags.team === 'search'],
    ['tag=team:ads&tag=n:1', ({ tags }) => tags.team === 'ads' && tags.n === '1'],
  ];
  it.each(filters)('those with %s', async (query, fits) => {
    const wanted = newestFirst().filter(fits);
    expect(wanted.length).toBeGreaterThan(0);
    expect((await listed(`&${query}`)).map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
  });

  it('those of a key, and of a time', async () => {
    const { key } = records[0] as RecordJson;
    const ofKey = newestFirst().filter((record) => record['key'] === key);
    expect(ofKey.length).toBeLessThan(COUNT);
    expect((await listed(`&key=${key}`)).map(({ id }) => id)).toEqual(ofKey.map(({ id }) => id));
    const sorted = newestFirst();
    const from = sorted[150]?.['receivedAt'];
    const to = sorted[50]?.['receivedAt'];
    const within = sorted.filter(({ receivedAt }) => receivedAt >= from && receivedAt < to);
    const got = await listed(`&from=${from}&to=${to}`);
    expect(got.map(({ id }) => id)).toEqual(within.map(({ id }) => id));
  });

  it('refuse what is no parameter of theirs', async () => {
    for (const query of [
      'limit=0',
      'limit=201',
      'limit=x',
      'cursor=abc',
      'from=yesterday',
      'stream=1',
      'tag=x',
      'outcome=done',
      'lane=bus',
      'dialect=openai',
    ]) {
      const { status, json } = await get(`/v1/requests?${query}`);
      expect([query, status]).toEqual([query, 400]);
      expect(json.error).toMatchObject({ code: 'invalid_field', param: query.split('=')[0] });
    }
    expect((await get("/v1/requests?model=' OR 1=1 --")).json.data).toEqual([]);
  });
});
it('finds by any id what has it', async () => {
  const some = records.filter((_, index) => index % 9 === 0);
  for (const record of some) {
    for (const id of [record['id'], record['bodyId'], record['upstreamId']]) {
      if (id === null) continue;
      const { json } = await get(`/v1/requests?any=${id}`);
      expect(json.data).toEqual([record]);
    }
  }
  const byClient = Map.groupBy(
    records.filter(({ clientRequestId }) => clientRequestId !== null),
    ({ clientRequestId }) => clientRequestId,
  );
  expect([...byClient.values()].some((all) => all.length > 2)).toBe(true);
  for (const [id, all] of byClient) {
    const { json } = await get(`/v1/requests?any=${id}`);
    const ids = json.data.map((each: RecordJson) => each['id']);
    expect(ids).toEqual(
      all
        .map((each) => each['id'])
        .sort()
        .reverse(),
    );
  }
  expect((await get('/v1/requests?any=nothing')).json).toEqual({ object: 'list', data: [] });
});

const withoutNulls = (buckets: object) =>
  Object.fromEntries(Object.entries(buckets).map(([name, count]) => [name, count ?? 0]));

/** The book's usage, in its dialect's words, as disjoint buckets. */
function bucketsOf({ usage }: BookLine): Record<string, number> {
  // biome-ignore lint/suspicious/noExplicitAny: JSON of three vendors
  const told = usage as any;
  if (told.prompt_tokens !== undefined) {
    const cacheRead = told.prompt_tokens_details.cached_tokens;
    const cacheWrite5m = told.prompt_tokens_details.cache_write_tokens ?? 0;
    return {
      input: told.prompt_tokens - cacheRead - cacheWrite5m,
      cacheRead,
      cacheWrite5m,
      output: told.completion_tokens,
      reasoning: told.completion_tokens_details.reasoning_tokens,
    };
  }
  if (told.input_tokens_details !== undefined) {
    const { cached_tokens: cacheRead, cache_write_tokens: cacheWrite5m = 0 } =
      told.input_tokens_details;
    return {
      input: told.input_tokens - cacheRead - cacheWrite5m,
      cacheRead,
      cacheWrite5m,
      output: told.output_tokens,
      reasoning: told.output_tokens_details.reasoning_tokens,
    };
  }
  return {
    input: told.input_tokens,
    cacheRead: told.cache_read_input_tokens,
    output: told.output_tokens,
    reasoning: told.output_tokens_details.thinking_tokens,
  };
}
