import { type RunningSystem, startSystem } from '@fluxrouter/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { send } from './support/http-client.ts';
import { type Served, sendMixed } from './support/mixed-load.ts';
import { pico, usd } from './support/money.ts';
import { firstCustomer, makeKey } from './support/operators.ts';
import type { RecordJson } from './support/records.ts';

const COUNT = 120;

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
  const [from, to] = [sorted[30], sorted[90]];
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
  const sum = (column: string) => usd(rows.reduce((total, row) => total + pico(row[column]), 0n));
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
    expect(Date.parse(row.ChargePeriodEnd) - Date.parse(row.ChargePeriodStart)).toBe(86_400_000);
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
