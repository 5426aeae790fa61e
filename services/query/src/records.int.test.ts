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
let nowMs = TEST_TIME_MS + 3_600_000;
beforeAll(async () => {
  bench = await openQueryBench(() => nowMs);
});
afterAll(() => bench.close());

const recordOf = async (account: string, id: string) =>
  (await bench.query.getRequest({ account, id })).record;
const idsOf = async (account: string, any: string, limit = 0) => {
  const { records } = await bench.query.findRequests({ account, any, limit });
  return records.map((record) => record.id);
};

describe('a record', () => {
  test('is made of the events of its request', async () => {
    const request = testFacts({
      clientRequestId: 'client-1',
      tags: [
        { name: 'team', value: 'search' },
        { name: 'feature', value: 'chat' },
      ],
    });
    const failed = testAttempt(request, {
      provider: 'xai',
      model: 'grok-5',
      status: 503,
      outcome: 'failed',
      errorCode: 'upstream_error',
      accepted: false,
      usage: undefined,
      firstByteMs: undefined,
      costPicoUsd: 7n,
      chargedPicoUsd: 0n,
      housePicoUsd: 7n,
      bodyId: '',
      upstreamId: 'up-first',
    });
    const served = testAttempt(request, { attempt: 2, bodyId: 'chatcmpl-9', upstreamId: 'up-9' });
    const end = testEnd(request, {
      attempts: 2,
      notes: ['turns[2].blocks[0].sealed dropped'],
      maxTokens: 4096,
      bodyId: 'chatcmpl-9',
      upstreamId: 'up-9',
    });
    await bench.store([attemptRecord(failed), attemptRecord(served), endRecord(end)]);

    const record = await recordOf('acc_1', request.requestId);
    expect(record).toEqual({
      id: request.requestId,
      clientRequestId: 'client-1',
      bodyId: 'chatcmpl-9',
      upstreamId: 'up-9',
      account: 'acc_1',
      key: 'key_1',
      tags: request.tags,
      dialect: 'openai-chat',
      stream: false,
      originalModel: 'flux-auto',
      routedModel: 'gpt-5.5',
      model: 'gpt-5.5',
      routed: true,
      upstreamModel: 'gpt-5.5-2026-04-01',
      lane: 'Daily Driver',
      tier: 'LIGHT',
      profile: 'auto',
      confidencePercent: 82,
      method: 'rules',
      policy: 'sha256:0123',
      reasons: ['short prompt'],
      health: [{ model: 'gpt-5.5', state: 'healthy' }],
      facts: [],
      attempts: [
        {
          provider: 'xai',
          model: 'grok-5',
          status: 503,
          errorCode: 'upstream_error',
          startedAtMs: TEST_TIME_MS + 2,
          firstByteMs: undefined,
          durationMs: 480,
          accepted: false,
          outcome: 'failed',
        },
        {
          provider: 'openai',
          model: 'gpt-5.5',
          status: 200,
          errorCode: '',
          startedAtMs: TEST_TIME_MS + 2,
          firstByteMs: 120,
          durationMs: 480,
          accepted: true,
          outcome: 'completed',
        },
      ],
      usage: expect.objectContaining({
        input: 1000,
        cacheRead: 200,
        cacheWrite5m: undefined,
        output: 300,
        reasoning: 50,
        source: 'provider',
      }),
      costPicoUsd: 4_400_000_000n,
      directCostPicoUsd: 3_300_000_000n,
      providerCostPicoUsd: undefined,
      rateCard: '2026-05-01',
      savingsPermille: 874,
      outcome: 'completed',
      notes: ['turns[2].blocks[0].sealed dropped'],
      receivedAtMs: TEST_TIME_MS,
      finishedAtMs: TEST_TIME_MS + 500,
      status: 200,
      errorCode: '',
      maxTokens: 4096,
    });
    // What the attempts cost us is for operators.
    expect((await recordOf('', request.requestId))?.providerCostPicoUsd).toBe(6_000_000_000n);
    expect(await idsOf('acc_1', 'up-first')).toEqual([request.requestId]);
  });

  test('of a refusal has no attempts, no usage and no cost', async () => {
    const request = testFacts({ decision: undefined, originalModel: '' });
    const end = testEnd(request, {
      outcome: 'refused',
      status: 404,
      errorCode: 'model_not_found',
      attempts: 0,
      servedModel: '',
      routed: false,
      bodyId: '',
      upstreamId: '',
    });
    await bench.store([endRecord(end)]);
    expect(await recordOf('acc_1', request.requestId)).toMatchObject({
      outcome: 'refused',
      errorCode: 'model_not_found',
      model: '',
      lane: '',
      attempts: [],
      usage: { source: 'none' },
      costPicoUsd: 0n,
    });
  });

  test('is not there before its end', async () => {
    const request = testFacts();
    await bench.store([attemptRecord(testAttempt(request))]);
    expect(await recordOf('acc_1', request.requestId)).toBeUndefined();
    await bench.store([endRecord(testEnd(request))]);
    expect(await recordOf('acc_1', request.requestId)).toBeDefined();
  });

  test('waits a minute for an attempt that its end has overtaken', async () => {
    const request = testFacts({ receivedAtMs: nowMs - 1000 });
    await bench.store([endRecord(testEnd(request))]);
    expect(await recordOf('acc_1', request.requestId)).toBeUndefined();
    nowMs += 60_000;
    expect(await recordOf('acc_1', request.requestId)).toMatchObject({ costPicoUsd: 0n });
    await bench.store([attemptRecord(testAttempt(request))]);
    expect(await recordOf('acc_1', request.requestId)).toMatchObject({
      costPicoUsd: 4_400_000_000n,
    });
  });

  test('is of the first copy in the log where there are two', async () => {
    const request = testFacts();
    await bench.store([
      attemptRecord(testAttempt(request)),
      endRecord(testEnd(request, { outcome: 'completed' })),
    ]);
    await bench.store([
      attemptRecord(testAttempt(request, { chargedPicoUsd: 0n })),
      endRecord(testEnd(request, { outcome: 'orphaned' })),
    ]);
    expect(await recordOf('acc_1', request.requestId)).toMatchObject({
      outcome: 'completed',
      costPicoUsd: 4_400_000_000n,
    });
  });
});

describe('a look-up', () => {
  test('takes our id, the body’s, upstream’s and the client’s', async () => {
    const request = testFacts({ clientRequestId: 'client-four' });
    await bench.store([
      attemptRecord(testAttempt(request, { bodyId: 'msg_four', upstreamId: 'up_four' })),
      endRecord(testEnd(request, { bodyId: 'msg_four', upstreamId: 'up_four' })),
    ]);
    for (const any of [request.requestId, 'msg_four', 'up_four', 'client-four'])
      expect(await idsOf('acc_1', any)).toEqual([request.requestId]);
    expect(await idsOf('acc_1', 'msg_five')).toEqual([]);
  });

  test('of an id that a client uses again gives all, newest first, up to the limit', async () => {
    const requests = [3, 1, 2].map((minute) =>
      testFacts({ clientRequestId: 'again', receivedAtMs: TEST_TIME_MS + minute * 60_000 }),
    );
    for (const request of requests)
      await bench.store([attemptRecord(testAttempt(request)), endRecord(testEnd(request))]);
    const [third, first, second] = requests.map((request) => request.requestId);
    expect(await idsOf('acc_1', 'again')).toEqual([third, second, first]);
    expect(await idsOf('acc_1', 'again', 2)).toEqual([third, second]);
  });

  test('by our id finds that request, also where clients sent that id as theirs', async () => {
    const request = testFacts();
    await bench.store([attemptRecord(testAttempt(request)), endRecord(testEnd(request))]);
    for (let i = 1; i <= 3; i++)
      await bench.store(
        requestRecords({
          clientRequestId: request.requestId,
          receivedAtMs: TEST_TIME_MS + i * 1000,
        }),
      );
    expect((await recordOf('acc_1', request.requestId))?.id).toBe(request.requestId);
    expect(await idsOf('acc_1', request.requestId)).toHaveLength(4);
  });

  test('never shows another account’s, and an operator all', async () => {
    const mine = testFacts({ account: 'acc_mine', clientRequestId: 'shared' });
    const other = testFacts({ account: 'acc_other', clientRequestId: 'shared' });
    const keyless = testFacts({ account: '', key: '', clientRequestId: 'shared' });
    await bench.store(
      [mine, other, keyless].flatMap((request) => [
        attemptRecord(testAttempt(request)),
        endRecord(testEnd(request)),
      ]),
    );
    expect(await recordOf('acc_mine', other.requestId)).toBeUndefined();
    expect(await recordOf('acc_mine', keyless.requestId)).toBeUndefined();
    expect(await idsOf('acc_mine', 'shared')).toEqual([mine.requestId]);
    expect(await idsOf('acc_mine', `up-${other.requestId}`)).toEqual([]);
    expect(new Set(await idsOf('', 'shared'))).toEqual(
      new Set([mine.requestId, other.requestId, keyless.requestId]),
    );
  });

  test('takes any text for an id', async () => {
    for (const any of ["' OR 1 = 1 --", '\\', '{id:String}', 'a\tb\nc', '\0', 'ü'])
      expect(await idsOf('acc_1', any)).toEqual([]);
  });
});
