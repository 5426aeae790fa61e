import type { GetUsageRequest, UsageBucket } from '@fluxrouter/generated/query';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  attemptRecord,
  endRecord,
  openQueryBench,
  type QueryBench,
  TEST_TIME_MS,
  testAttempt,
  testEnd,
  testFacts,
} from './testing/query-bench.ts';

let bench: QueryBench;
beforeAll(async () => {
  bench = await openQueryBench(() => TEST_TIME_MS);
  await bench.store(requests.flatMap(recordsOf));
});
afterAll(() => bench.close());

/** A request of the oracle: what the sums are made of, as plain values. */
interface Sample {
  readonly account: string;
  readonly receivedAtMs: number;
  readonly key: string;
  readonly lane: string;
  readonly model: string;
  readonly dialect: string;
  readonly outcome: string;
  readonly team: string;
  readonly input: number | undefined;
  readonly output: number;
  readonly charged: bigint;
  readonly direct: bigint;
}

const random = seeded(20_260_517);
const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
const DAY_MS = 86_400_000;

const requests: readonly Sample[] = [...Array(300).keys()].map(() => ({
  account: pick(['acc_1', 'acc_1', 'acc_2']),
  // Three months on both sides of the end of summer time in Europe and America.
  receivedAtMs: Date.UTC(2026, 8, 15) + Math.floor(random() * 90 * DAY_MS),
  key: pick(['key_1', 'key_2']),
  lane: pick(['Express Lane', 'Daily Driver', 'Deep Thought']),
  model: pick(['gpt-5.5', 'grok-5', 'claude-opus-4.8']),
  dialect: pick(['openai-chat', 'anthropic-messages']),
  outcome: pick(['completed', 'completed', 'client_gone', 'failed', 'cut']),
  team: pick(['', 'search', 'ads']),
  input: pick([undefined, 0, 1, 4_294_967_295]),
  output: Math.floor(random() * 5000),
  // Some that 64 bits hold once, not twice.
  charged:
    random() < 0.1
      ? 2n ** 63n + BigInt(Math.floor(random() * 1e9))
      : BigInt(Math.floor(random() * 1e12)),
  direct: BigInt(Math.floor(random() * 1e12)),
}));

function recordsOf(sample: Sample) {
  const { account, receivedAtMs, key, dialect, model, outcome, team } = sample;
  const { decision } = testFacts();
  const request = testFacts({
    account,
    receivedAtMs,
    key,
    dialect,
    decision: decision && { ...decision, lane: sample.lane },
    tags: team === '' ? [] : [{ name: 'team', value: team }],
  });
  const failed = testAttempt(request, { accepted: false, outcome: 'failed', chargedPicoUsd: 0n });
  const accepted = testAttempt(request, {
    attempt: 2,
    model,
    usage: { input: sample.input, output: sample.output, source: 'provider' },
    chargedPicoUsd: sample.charged,
    directCostPicoUsd: sample.direct,
  });
  const end = testEnd(request, { attempts: 2, servedModel: model, outcome });
  return [attemptRecord(failed), attemptRecord(accepted), endRecord(end)];
}

const question: GetUsageRequest = {
  account: 'acc_1',
  fromMs: Date.UTC(2026, 8, 1),
  toMs: Date.UTC(2027, 0, 1),
  granularity: 'total',
  groupBy: [],
  tz: '',
};
const usageOf = async (asked: Partial<GetUsageRequest>) =>
  (await bench.query.getUsage({ ...question, ...asked })).buckets;

/** The same sums, by plain bigint arithmetic over the samples. */
function oracle(asked: Partial<GetUsageRequest>, startOf: (ms: number) => number) {
  const { account, fromMs, toMs, groupBy } = { ...question, ...asked };
  const buckets = new Map<string, { startMs: number; group: string[]; samples: Sample[] }>();
  for (const sample of requests) {
    if (sample.account !== account || sample.receivedAtMs < fromMs || sample.receivedAtMs >= toMs)
      continue;
    const startMs = startOf(sample.receivedAtMs);
    const group = groupBy.map((name) =>
      name === 'tag:team' ? sample.team : String(sample[name as keyof Sample]),
    );
    const id = JSON.stringify([startMs, group]);
    const bucket = buckets.get(id) ?? { startMs, group, samples: [] };
    bucket.samples.push(sample);
    buckets.set(id, bucket);
  }
  const total = (samples: readonly Sample[], amount: (sample: Sample) => bigint) =>
    samples.reduce((sum, sample) => sum + amount(sample), 0n);
  return [...buckets.values()].map(
    ({ startMs, group, samples }): UsageBucket => ({
      startMs,
      group,
      requests: BigInt(samples.length),
      inputTokens: total(samples, (sample) => BigInt(sample.input ?? 0)),
      cacheReadTokens: 0n,
      cacheWrite5mTokens: 0n,
      cacheWrite1hTokens: 0n,
      outputTokens: total(samples, (sample) => BigInt(sample.output)),
      reasoningTokens: 0n,
      images: 0n,
      costPicoUsd: total(samples, (sample) => sample.charged),
      directCostPicoUsd: total(samples, (sample) => sample.direct),
      errors: total(samples, ({ outcome }) => (/failed|cut/.test(outcome) ? 1n : 0n)),
    }),
  );
}

/** The start of an hour, day or month in a zone, found by asking the calendar, not by arithmetic. */
function startIn(tz: string, granularity: string) {
  const fields = { hour: 'numeric', day: 'numeric', month: 'numeric', year: 'numeric' } as const;
  const format = new Intl.DateTimeFormat('en', { timeZone: tz, hourCycle: 'h23', ...fields });
  const label = (ms: number) => {
    const parts = Object.fromEntries(
      format.formatToParts(ms).map(({ type, value }) => [type, value]),
    );
    const { year, month, day, hour } = parts;
    if (granularity === 'month') return `${year}-${month}`;
    return granularity === 'day' ? `${year}-${month}-${day}` : `${year}-${month}-${day} ${hour}`;
  };
  const stepMs = 15 * 60_000;
  const starts = new Map<number, number>();
  const startOf = (step: number): number => {
    const before = step - stepMs;
    const start = starts.get(step) ?? (label(before) === label(step) ? startOf(before) : step);
    starts.set(step, start);
    return start;
  };
  return (ms: number) => startOf(Math.floor(ms / stepMs) * stepMs);
}

const byStartAndGroup = (buckets: readonly UsageBucket[]) =>
  [...buckets].sort(
    (left, right) =>
      left.startMs - right.startMs || (String(left.group) < String(right.group) ? -1 : 1),
  );

describe('usage', () => {
  test('in total equals the sums of all charges, beyond 64 bits', async () => {
    const [bucket, ...rest] = await usageOf({});
    expect(rest).toEqual([]);
    expect(bucket?.costPicoUsd).toBeGreaterThan(2n ** 64n);
    expect([bucket]).toEqual(oracle({}, () => question.fromMs));
  });

  test.each([
    ['lane'],
    ['model'],
    ['key'],
    ['dialect'],
    ['outcome'],
    ['tag:team'],
    ['lane,model'],
    ['tag:team,outcome'],
  ])('by %s', async (groups) => {
    const groupBy = groups.split(',');
    const buckets = await usageOf({ groupBy });
    expect(byStartAndGroup(buckets)).toEqual(
      byStartAndGroup(oracle({ groupBy }, () => question.fromMs)),
    );
  });

  // Not Lord Howe Island, whose summer time is half an hour: on the day of a change the engine's hours
  // begin at half past.
  test.each([
    ['UTC'],
    ['Europe/Berlin'],
    ['America/New_York'],
    ['Asia/Kolkata'],
    ['Asia/Kathmandu'],
    ['Africa/Cairo'],
    ['Pacific/Auckland'],
  ])('by hour, day and month of %s', async (tz) => {
    for (const granularity of ['hour', 'day', 'month']) {
      const asked = { granularity, tz, groupBy: ['lane'] };
      expect(byStartAndGroup(await usageOf(asked))).toEqual(
        byStartAndGroup(oracle(asked, startIn(tz, granularity))),
      );
    }
  });

  test('is of its own account, and of its time, half open', async () => {
    const asked = { account: 'acc_2', groupBy: ['key'] };
    expect(byStartAndGroup(await usageOf(asked))).toEqual(
      byStartAndGroup(oracle(asked, () => question.fromMs)),
    );
    const times = requests.filter(({ account }) => account === 'acc_1').map((r) => r.receivedAtMs);
    const [fromMs, toMs] = [Math.min(...times), Math.max(...times)];
    const [bucket] = await usageOf({ fromMs, toMs });
    expect(bucket?.requests).toBe(BigInt(times.filter((ms) => ms < toMs).length));
  });

  test('counts a second copy of an event once', async () => {
    const account = 'acc_copies';
    const sample = { ...(requests[0] as Sample), account, receivedAtMs: TEST_TIME_MS };
    const records = recordsOf(sample);
    await bench.store(records);
    await bench.store(records);
    const [bucket] = await usageOf({ account, fromMs: 0, toMs: 0 });
    expect(bucket).toMatchObject({ requests: 1n, costPicoUsd: sample.charged });
  });

  test('says up to when it is complete, also where there is nothing', async () => {
    const answer = await bench.query.getUsage({
      ...question,
      account: 'acc_none',
      granularity: 'day',
    });
    expect(answer).toEqual({ buckets: [], completeUntilMs: 42 });
  });

  test.each<[string, Partial<GetUsageRequest>]>([
    ['granularity', { granularity: 'week' }],
    ['group_by', { groupBy: ['account'] }],
    ['group_by', { groupBy: ['tag:'] }],
    ['group_by', { groupBy: ["tag:x'] OR 1"] }],
    ['group_by', { groupBy: ['lane', 'model', 'key', 'tier', 'dialect'] }],
    ['tz', { tz: 'Europe/Atlantis' }],
    ['tz', { tz: '+02:00' }],
    ['from', { fromMs: Number.NaN }],
    ['to', { toMs: -1 }],
  ])('refuses a wrong %s', async (field, asked) => {
    await expect(usageOf(asked)).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(`^${field}: expected `),
    });
  });
});

/** Mulberry32: the same numbers at each run. */
function seeded(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
