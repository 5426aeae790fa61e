import type { ListRequestsRequest, RequestRecord } from '@fluxrouter/generated/query';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  attemptRecord,
  endRecord,
  openQueryBench,
  type QueryBench,
  requestRecords,
  TEST_TIME_MS,
  testAttempt,
  testEnd,
  testFacts,
} from './testing/query-bench.ts';

let bench: QueryBench;
beforeAll(async () => {
  bench = await openQueryBench(() => TEST_TIME_MS + 86_400_000);
});
afterAll(() => bench.close());

const everything: ListRequestsRequest = {
  account: 'acc_1',
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
const list = (asked: Partial<ListRequestsRequest>) =>
  bench.query.listRequests({ ...everything, ...asked });

/** All pages of a list; `between` runs after each. */
async function walk(asked: Partial<ListRequestsRequest>, between = async () => {}) {
  const records: RequestRecord[] = [];
  for (let cursor = '', pages = 0; pages < 100; pages++) {
    const page = await list({ ...asked, cursor });
    records.push(...page.records);
    cursor = page.nextCursor;
    if (cursor === '') return records;
    await between();
  }
  throw new Error('the list does not end');
}

describe('pages', () => {
  test('are newest first and cover each record once, also those of one millisecond', async () => {
    const account = 'acc_pages';
    const times = [...Array(23).keys()].map((i) => TEST_TIME_MS + Math.floor(i / 4));
    for (const receivedAtMs of times) await bench.store(requestRecords({ account, receivedAtMs }));
    const whole = (await list({ account, limit: 200 })).records;
    expect(whole.map((record) => record.receivedAtMs)).toEqual(times.toReversed());
    for (const limit of [1, 4, 7, 23]) {
      const walked = await walk({ account, limit });
      expect(walked.map((record) => record.id)).toEqual(whole.map((record) => record.id));
    }
  });

  test('stay where they are while newer records come in', async () => {
    const account = 'acc_moving';
    for (let i = 0; i < 10; i++)
      await bench.store(requestRecords({ account, receivedAtMs: TEST_TIME_MS + i }));
    const before = (await list({ account })).records.map((record) => record.id);
    let newer = 0;
    const walked = await walk({ account, limit: 3 }, async () => {
      newer += 1;
      await bench.store(requestRecords({ account, receivedAtMs: TEST_TIME_MS + 1000 + newer }));
    });
    expect(walked.map((record) => record.id)).toEqual(before);
  });

  test('have 50 records unless told, and 200 at most', async () => {
    const account = 'acc_many';
    const records = [...Array(210).keys()].flatMap((i) =>
      requestRecords({ account, receivedAtMs: TEST_TIME_MS + i }),
    );
    await bench.store(records);
    expect((await list({ account })).records).toHaveLength(50);
    expect((await list({ account, limit: 5000 })).records).toHaveLength(200);
  });

  test('refuse a cursor that no page gave', async () => {
    for (const cursor of ['x', 'MQ', '../..', Buffer.from('1 5 a b').toString('base64url')])
      await expect(list({ cursor })).rejects.toMatchObject({ code: 'invalid_argument' });
  });
});

describe('filters', () => {
  const account = 'acc_filters';
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    const store = async (
      name: string,
      facts: Parameters<typeof testFacts>[0],
      end: Parameters<typeof testEnd>[1] = {},
    ) => {
      const request = testFacts({ account, ...facts });
      ids[name] = request.requestId;
      const model = end.servedModel ?? 'gpt-5.5';
      await bench.store([
        attemptRecord(testAttempt(request, { model })),
        endRecord(testEnd(request, end)),
      ]);
    };
    const { decision } = testFacts();
    if (decision === undefined) throw new Error('no decision');
    await store('plain', {});
    await store('late', { receivedAtMs: TEST_TIME_MS + 1000 });
    await store('key', { key: 'key_2' });
    await store('model', {}, { servedModel: 'grok-5' });
    await store('lane', { decision: { ...decision, lane: 'Deep Thought' } });
    await store('dialect', { dialect: 'anthropic-messages' });
    await store('failed', {}, { outcome: 'failed', errorCode: 'upstream_error', status: 502 });
    await store('stream', { stream: true });
    await store('tags', {
      tags: [
        { name: 'team', value: 'search' },
        { name: 'feature', value: 'chat' },
      ],
    });
  });

  const found = async (asked: Partial<ListRequestsRequest>) => {
    const { records } = await list({ account, ...asked });
    return Object.keys(ids).filter((name) => records.some((record) => record.id === ids[name]));
  };
  const team = { name: 'team', value: 'search' };

  test.each<[string, Partial<ListRequestsRequest>]>([
    ['key', { key: 'key_2' }],
    ['model', { model: 'grok-5' }],
    ['lane', { lane: 'Deep Thought' }],
    ['dialect', { dialect: 'anthropic-messages' }],
    ['failed', { outcome: 'failed' }],
    ['failed', { errorCode: 'upstream_error' }],
    ['stream', { stream: true }],
    ['tags', { tags: [team] }],
    ['tags', { tags: [team, { name: 'feature', value: 'chat' }] }],
    ['late', { fromMs: TEST_TIME_MS + 1 }],
  ])('%s is found by %o', async (name, asked) => {
    expect(await found(asked)).toEqual([name]);
  });

  test('narrow each other, and leave the rest', async () => {
    expect(await found({ tags: [team, { name: 'feature', value: 'none' }] })).toEqual([]);
    expect(await found({ key: 'key_2', stream: true })).toEqual([]);
    expect(await found({ stream: false })).not.toContain('stream');
    expect(await found({ toMs: TEST_TIME_MS + 1000 })).not.toContain('late');
    expect(await found({ toMs: TEST_TIME_MS })).toEqual([]);
    expect(await found({})).toHaveLength(Object.keys(ids).length);
  });

  test('are for the first copy of an end', async () => {
    const request = testFacts({ account: 'acc_copies' });
    await bench.store([
      attemptRecord(testAttempt(request)),
      endRecord(testEnd(request, { outcome: 'completed' })),
    ]);
    await bench.store([endRecord(testEnd(request, { outcome: 'orphaned' }))]);
    const outcome = async (value: string) =>
      (await list({ account: 'acc_copies', outcome: value })).records.length;
    expect(await outcome('completed')).toBe(1);
    expect(await outcome('orphaned')).toBe(0);
  });

  test('never show another account’s records; operators see all', async () => {
    const mine = await list({ account: 'acc_nobody' });
    expect(mine.records).toEqual([]);
    const { records } = await list({ account: '', limit: 200 });
    expect(new Set(records.map((record) => record.account)).size).toBeGreaterThan(1);
  });
});
