import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningSystem, startSystem, until } from '@fluxrouter/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directed, upstreamNameOf } from './support/ask.ts';
import { type BookLine, bookOf } from './support/book.ts';
import { type ClientDialect, chat, clientDialects, messages } from './support/dialects.ts';
import { type Answer, open, send } from './support/http-client.ts';
import { schemaProblems } from './support/json-schema.ts';
import { pico, usd } from './support/money.ts';
import { seededRandom } from './support/random.ts';
import { expectHeadersEqualRecord, type RecordJson, recordOf } from './support/records.ts';

let system: RunningSystem;
/** A second key of the same account. */
let otherKey: string;
beforeAll(async () => {
  system = await startSystem({
    env: { FIRST_REQUEST: 'off', DEBUG_ROUTING: '1', BREAKERS: 'off', ATTEMPT_RETRIES: '0' },
  });
  const secrets = JSON.parse(readFileSync(join(system.dataDir, 'secrets.json'), 'utf8'));
  const account = secrets.firstAccountCommand.replace('cmd_', 'acc_');
  const response = await fetch(`${system.adminUrls['control']}/admin/v1/accounts/${account}/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${system.operatorKey}` },
    body: JSON.stringify({ name: 'other' }),
  });
  otherKey = ((await response.json()) as { secret: string }).secret;
  await until(
    'the other key',
    async () => (await send(system, '/v1/models', { key: otherKey })).status === 200,
  );
});
afterAll(() => system?.stop());

const idOf = ({ headers }: { headers: Headers }) => headers.get('x-flux-request-id') ?? '';
const recordFor = (answer: { headers: Headers }) => recordOf(system, idOf(answer), 15_000);
const get = (path: string) => send(system, path);

/** `req_` and a ULID of that time. */
function idAt(ms: number): string {
  const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  let time = '';
  for (let rest = ms; time.length < 10; rest = Math.floor(rest / 32)) {
    time = digits[rest % 32] + time;
  }
  return `req_${time}ABCDEFGHJKMNPQRS`;
}

describe('after two hundred requests of all kinds', () => {
  const answers: { dialect: ClientDialect; answer: { headers: Headers; status: number } }[] = [];
  let records: RecordJson[] = [];

  beforeAll(async () => {
    const random = seededRandom(2026);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
    const directives = () =>
      pick<object>([
        { words: 1 + Math.floor(random() * 60) },
        { words: 20, usage: 'everyChunk' },
        { words: 20, usage: 'none' },
        { tokens: { input: Math.floor(random() * 5_000), output: Math.floor(random() * 900) } },
        { tokens: { input: 700, cacheRead: 3_000, output: 50, reasoning: 20 } },
        { status: 500, failModels: ['gpt-6-luna', 'claude-haiku-5-5', 'claude-sonnet-5-5'] },
        { status: 429, retryAfter: 3 },
        { status: 400, errorMessage: 'no' },
        { die: { afterChunks: 2, how: 'reset' }, words: 9 },
        { tools: 1 },
        { thinking: true },
      ]);
    const jobs = Array.from({ length: 200 }, (_, number) => {
      const dialect = pick(clientDialects);
      const pin = dialect === messages ? 'claude-opus-4.8' : 'flux-pinned-gpt-5.4-mini';
      const names = [
        'flux-auto',
        'flux-fast',
        'flux-standard',
        'flux-reasoning',
        pin,
        'gtp-9',
        'two words',
      ];
      const headers: Record<string, string> = {};
      if (random() < 0.5)
        headers['x-flux-tags'] = `team=${pick(['search', 'ads'])},n=${number % 3}`;
      if (random() < 0.3) headers['x-client-request-id'] = `client-${number % 20}`;
      if (random() < 0.3) headers['te'] = 'trailers';
      const text = directed(directives(), `Question ${number}: `);
      const stream = random() < 0.5;
      const body = dialect.ask(text, { model: pick(names), stream });
      const goes = stream && random() < 0.1;
      return { dialect, goes, sending: { body, headers, key: pick([system.key, otherKey]) } };
    });
    async function work(): Promise<void> {
      for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
        const { dialect, goes, sending } = job;
        const answer = await open(system, dialect.path, sending);
        if (goes) answer.leave();
        else await answer.readAll();
        answers.push({ dialect, answer });
      }
    }
    await Promise.all(Array.from({ length: 8 }, work));
    records = await Promise.all(answers.map(({ answer }) => recordFor(answer)));
  }, 120_000);

  it('has each of them in a record that is as its schema says', async () => {
    expect(new Set(records.map((record) => record['id'])).size).toBe(200);
    const { json } = await get('/openapi.json');
    const schema = json.components.schemas.RequestRecord;
    expect(records.flatMap((record) => schemaProblems(record, schema))).toEqual([]);
  });

  it('has told in each header what is in the record', () => {
    for (const [index, { answer }] of answers.entries()) {
      const record = records[index] as RecordJson;
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
      expect(ofKey.length).toBeLessThan(200);
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
      ]) {
        const { status, json } = await get(`/v1/requests?${query}`);
        expect([query, status]).toEqual([query, 400]);
        expect(json.error.code).toBe('invalid_field');
      }
      expect((await get("/v1/requests?model=' OR 1=1 --")).json.data).toEqual([]);
    });
  });

  describe('usage', () => {
    const totals = (of: readonly RecordJson[]) => ({
      requests: of.length,
      cost: usd(of.reduce((sum, { costUsd }) => sum + pico(costUsd), 0n)),
      direct: usd(of.reduce((sum, { directCostUsd }) => sum + pico(directCostUsd), 0n)),
      input: of.reduce((sum, { usage }) => sum + (usage.input ?? 0), 0),
      cacheRead: of.reduce((sum, { usage }) => sum + (usage.cacheRead ?? 0), 0),
      output: of.reduce((sum, { usage }) => sum + (usage.output ?? 0), 0),
      reasoning: of.reduce((sum, { usage }) => sum + (usage.reasoning ?? 0), 0),
      errors: of.filter(({ outcome }) => ['refused', 'failed', 'cut', 'orphaned'].includes(outcome))
        .length,
    });
    // biome-ignore lint/suspicious/noExplicitAny: a row as a client reads it
    type Row = any;
    const sums = (rows: readonly Row[]) => ({
      requests: rows.reduce((sum, row) => sum + Number(row.requests), 0),
      cost: usd(rows.reduce((sum, row) => sum + pico(row.cost_usd), 0n)),
      direct: usd(rows.reduce((sum, row) => sum + pico(row.direct_cost_usd), 0n)),
      input: rows.reduce((sum, row) => sum + Number(row.input_tokens), 0),
      cacheRead: rows.reduce((sum, row) => sum + Number(row.cache_read_tokens), 0),
      output: rows.reduce((sum, row) => sum + Number(row.output_tokens), 0),
      reasoning: rows.reduce((sum, row) => sum + Number(row.reasoning_tokens), 0),
      errors: rows.reduce((sum, row) => sum + Number(row.errors), 0),
    });
    const usage = async (query: string): Promise<Row> => {
      const { status, json } = await get(`/v1/usage?${query}`);
      expect(status).toBe(200);
      return json;
    };

    it.each(['hour', 'day', 'month', 'total'])(
      'by %s is the sum of the records',
      async (granularity) => {
        const { data } = await usage(`granularity=${granularity}`);
        expect(sums(data)).toEqual(totals(records));
      },
    );

    const groups: readonly [string, (record: RecordJson) => string][] = [
      ['lane', ({ lane }) => lane ?? ''],
      ['key', ({ key }) => key],
      ['tier', ({ tier }) => tier ?? ''],
      ['dialect', ({ dialect }) => dialect],
      ['outcome', ({ outcome }) => outcome],
      ['tag:team', ({ tags }) => tags.team ?? ''],
      ['model', ({ model }) => model ?? ''],
    ];
    it.each(groups)('by %s is the sum of the records of each', async (group, groupOf) => {
      const { data } = await usage(`granularity=total&group_by=${group}`);
      const byGroup = Map.groupBy(data as Row[], (row) => row[group]);
      const expected = Map.groupBy(records, groupOf);
      expect([...byGroup.keys()].sort()).toEqual([...expected.keys()].sort());
      for (const [name, rows] of byGroup) {
        expect([name, sums(rows)]).toEqual([name, totals(expected.get(name) ?? [])]);
      }
    });

    it('by several groups at once', async () => {
      const { data } = await usage('granularity=day&group_by=dialect,model,tag:n');
      expect(sums(data)).toEqual(totals(records));
    });

    it('of a time is that of its records', async () => {
      const sorted = records.map(({ receivedAt }) => receivedAt).sort();
      const [from, to] = [sorted[40], sorted[160]];
      const { data } = await usage(`granularity=total&from=${from}&to=${to}`);
      const within = records.filter(({ receivedAt }) => receivedAt >= from && receivedAt < to);
      expect(sums(data)).toEqual(totals(within));
    });

    it('begins its days at the midnight of the zone that is asked for', async () => {
      const json = await usage('granularity=day&tz=Asia/Kolkata');
      expect(json.tz).toBe('Asia/Kolkata');
      for (const { start } of json.data) expect(start).toMatch(/T18:30:00\.000Z$/);
      expect(sums(json.data)).toEqual(totals(records));
    });

    it('says up to when it is complete', async () => {
      const json = await usage('granularity=total');
      expect(Date.parse(json.complete_until)).toBeLessThanOrEqual(Date.now());
    });

    const csvRows = (text: string): Row[] => {
      const [head = [], ...rows] = text
        .trimEnd()
        .split('\r\n')
        .map((line) =>
          [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
            (match) => match[1]?.replaceAll('""', '"') ?? match[2] ?? '',
          ),
        );
      return rows.map((row) => Object.fromEntries(head.map((name, index) => [name, row[index]])));
    };

    it('is the same as CSV', async () => {
      const query = 'granularity=day&group_by=lane,tag:team';
      const { text, headers } = await get(`/v1/usage?${query}&format=csv`);
      expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
      expect(Date.parse(headers.get('x-flux-complete-until') ?? '')).toBeGreaterThan(0);
      const rows = csvRows(text);
      expect(sums(rows)).toEqual(totals(records));
      const { data } = await usage(query);
      expect(rows).toEqual(
        data.map((row: Row) =>
          Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)])),
        ),
      );
    });

    it('is the same as FOCUS', async () => {
      const { text } = await get('/v1/usage?granularity=day&group_by=model,key&format=focus');
      const rows = csvRows(text);
      const sum = (column: string) =>
        usd(rows.reduce((total, row) => total + pico(row[column]), 0n));
      expect(sum('BilledCost')).toBe(totals(records).cost);
      expect(sum('EffectiveCost')).toBe(totals(records).cost);
      expect(sum('ListCost')).toBe(totals(records).direct);
      const { input, cacheRead, output } = totals(records);
      const quantity = rows.reduce((total, row) => total + Number(row.ConsumedQuantity), 0);
      const writes = records.reduce(
        (total, record) =>
          total + (record['usage'].cacheWrite5m ?? 0) + (record['usage'].cacheWrite1h ?? 0),
        0,
      );
      expect(quantity).toBe(input + cacheRead + output + writes);
      for (const row of rows) {
        expect(row).toMatchObject({ BillingCurrency: 'USD', ChargeCategory: 'Usage' });
        expect(JSON.parse(row.Tags)).toHaveProperty('model');
        expect(Date.parse(row.ChargePeriodEnd) - Date.parse(row.ChargePeriodStart)).toBe(
          86_400_000,
        );
      }
    });

    it('refuses what is no parameter of it', async () => {
      for (const query of [
        'granularity=year',
        'group_by=prompt',
        'group_by=tag:',
        'tz=Mars/Olympus',
        'format=pdf',
        'from=x',
      ]) {
        expect([query, (await get(`/v1/usage?${query}`)).status]).toEqual([query, 400]);
      }
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
});

/** X-Routor-*: only with DEBUG_ROUTING=1. */
function expectRoutorHeaders(headers: Headers, record: RecordJson): void {
  expect(headers.get('x-routor-model')).toBe(record['model']);
  expect(headers.get('x-routor-tier')).toBe(record['tier']);
  expect(headers.get('x-routor-profile')).toBe(record['profile']);
  expect(headers.get('x-routor-confidence')).toBe(record['confidence'].toFixed(2));
  const fallback = record['model'] !== record['routedModel'];
  expect(headers.get('x-routor-fallback')).toBe(fallback ? 'true' : null);
  const savings = headers.get('x-routor-savings');
  if (record['stream']) expect(savings).toBeNull();
  else if (record['savingsPct'] !== null) expect(savings).toBe(record['savingsPct'].toFixed(1));
  const floor = record['reasons'].find((reason: string) => reason.startsWith('history.floor:'));
  expect(headers.get('x-routor-history-floor')).toBe(floor?.slice('history.floor:'.length) ?? null);
}

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

describe('the routor object and its headers', () => {
  it('say what the record says, in each dialect', async () => {
    for (const dialect of clientDialects) {
      for (const model of [
        'flux-auto',
        'flux-reasoning',
        dialect === messages ? 'claude-opus-5' : 'gpt-5.4',
      ]) {
        const answer = await send(system, dialect.path, {
          body: dialect.ask('Prove it.', { model }),
        });
        const record = await recordFor(answer);
        expectRoutorHeaders(answer.headers, record);
        expect(answer.headers.has('x-routor-savings')).toBe(true);
        const { model: served, tier, profile, confidence, savingsPct, method } = record;
        expect(answer.json.routor).toEqual({
          model: served,
          tier,
          profile,
          confidence,
          savingsPct,
          method,
        });
      }
    }
  });

  it('say where a conversation keeps a tier', async () => {
    const hard =
      'Prove the theorem that every finite division ring is a field, step by step, rigorously.';
    const turns = [
      { role: 'user', content: hard },
      { role: 'assistant', content: 'Let D be a finite division ring.' },
      { role: 'user', content: 'go on' },
    ];
    const answer = await send(system, chat.path, { body: chat.ask('', { messages: turns }) });
    const record = await recordFor(answer);
    expectRoutorHeaders(answer.headers, record);
    expect(answer.headers.get('x-routor-history-floor')).not.toBeNull();
  });

  it('do not come with refusals', async () => {
    const answer = await send(system, chat.path, { body: chat.ask('x', { model: 'none' }) });
    expect([...answer.headers.keys()].filter((name) => name.startsWith('x-routor'))).toEqual([]);
  });
});

describe('a refusal', () => {
  const cases: readonly [string, object, Record<string, string>, string | null][] = [
    ['an unknown model', { model: 'gtp-5' }, {}, 'gtp-5'],
    ['no model name at all', { model: 'write me a poem' }, {}, null],
    ['a missing field', { messages: undefined, model: 'flux-auto' }, {}, 'flux-auto'],
    ['bad tags', {}, { 'x-flux-tags': 'Team=Search' }, null],
    [
      'too many tags',
      {},
      { 'x-flux-tags': Array.from({ length: 9 }, (_, n) => `t${n}=1`).join() },
      null,
    ],
    ['an unpriced feature', { service_tier: 'priority' }, {}, 'flux-auto'],
  ];
  it.each(cases)(
    'for %s is a record, and each header equals its field',
    async (_name, more, headers, model) => {
      for (const stream of [false, true]) {
        const answer = await send(system, chat.path, {
          body: chat.ask('x', { ...more, stream }),
          headers,
        });
        expect([400, 404]).toContain(answer.status);
        const record = await recordFor(answer);
        expectHeadersEqualRecord(answer.headers, record);
        expect(record).toMatchObject({
          originalModel: model,
          model: null,
          routedModel: null,
          routed: false,
          outcome: 'refused',
          status: answer.status,
          costUsd: '0',
          attempts: [],
          usage: { source: 'none' },
        });
        expect(answer.headers.get('x-flux-cost-usd')).toBe('0');
        expect(answer.json.error.message).toMatch(new RegExp(`\\(request ${idOf(answer)}\\)$`));
      }
    },
  );

  it('of a key that is none is told to nobody but operators', async () => {
    const answer = await send(system, chat.path, { key: 'sk-flux-none', body: chat.ask('x') });
    expect(answer.status).toBe(401);
    await expect(recordOf(system, idOf(answer), 1_500)).rejects.toThrow('202');
  });
});

describe('an id that is not there yet', () => {
  it('is pending for a minute, then unknown', async () => {
    const young = await get(`/v1/requests/${idAt(Date.now() - 50_000)}`);
    expect(young).toMatchObject({ status: 202, json: { state: 'pending' } });
    expect(young.headers.get('retry-after')).toBe('1');
    const old = await get(`/v1/requests/${idAt(Date.now() - 70_000)}`);
    expect(old.status).toBe(404);
    for (const id of [
      'req_x',
      'chatcmpl-1',
      idAt(Date.now()).slice(0, -1),
      idAt(Date.now()).toLowerCase(),
    ]) {
      expect((await get(`/v1/requests/${id}`)).status).toBe(404);
    }
  });

  it('is pending while its stream runs, then there', async () => {
    const answer = await open(system, chat.path, {
      body: chat.ask(directed({ words: 5, chunkDelayMs: 250 }), { stream: true }),
    });
    expect((await get(`/v1/requests/${idOf(answer)}`)).status).toBe(202);
    await answer.readAll();
    expect(await recordFor(answer)).toMatchObject({ outcome: 'completed' });
  });
});

describe('an Idempotency-Key', () => {
  const ask = (key: string, text: string, more: object = {}) =>
    send(system, chat.path, {
      body: chat.ask(text, { model: 'gpt-5.4', ...more }),
      headers: { 'idempotency-key': key },
    });

  it('with another body is 422', async () => {
    expect((await ask('one', 'a')).status).toBe(200);
    const answer = await ask('one', 'b');
    expect(answer.status).toBe(422);
    expect(answer.json.error.code).toBe('idempotency_conflict');
    expect(answer.headers.get('x-should-retry')).toBe('false');
    expect(await recordFor(answer)).toMatchObject({ outcome: 'refused', costUsd: '0' });
  });

  it('of a request that has finished is 409 and names it', async () => {
    for (const stream of [false, true]) {
      const key = `finished-${stream}`;
      const first = await ask(key, 'a', { stream });
      const answer = await ask(key, 'a', { stream });
      expect(answer.status).toBe(409);
      expect(answer.headers.get('x-should-retry')).toBe('false');
      expect(answer.headers.has('retry-after')).toBe(false);
      expect(answer.json.error.code).toBe('idempotency_finished');
      expect(answer.json.error.message).toContain(idOf(first));
    }
  });

  it('of a request that runs is 409, to be tried again in a second', async () => {
    const text = directed({ words: 6, chunkDelayMs: 200 });
    const running = await open(system, chat.path, {
      body: chat.ask(text, { model: 'gpt-5.4', stream: true }),
      headers: { 'idempotency-key': 'running' },
    });
    const answer = await ask('running', text, { stream: true });
    expect(answer.status).toBe(409);
    expect(answer.headers.get('x-should-retry')).toBe('true');
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.json.error.code).toBe('idempotency_in_progress');
    await running.readAll();
  });

  it('lets one of many at a time through', async () => {
    const text = directed({ headDelayMs: 300 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask('race', text)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409)]);
  });

  it('may be used again where the request failed and cost nothing', async () => {
    const text = directed({ status: 500, failTimes: 1, failKey: 'idempotent' });
    expect((await ask('again', text)).status).toBe(502);
    expect((await ask('again', text)).status).toBe(200);
    expect((await ask('again', text)).status).toBe(409);
  });

  it('that is none is refused', async () => {
    for (const key of ['', 'x'.repeat(256), 'two words']) {
      expect((await ask(key, 'a')).status).toBe(400);
    }
  });
});
