import { AttemptFinished, RequestFinished } from '@fluxrouter/generated/events';
import { describe, expect, test } from 'vitest';
import { meteringSteps } from './consume-usage.ts';
import { countingMetrics } from './stats.ts';
import { MemoryPartition } from './testing/memory-partition.ts';
import { memoryTables } from './testing/memory-tables.ts';
import {
  attemptRecord,
  endRecord,
  recordOf,
  TEST_TIME_MS,
  testAttempt,
  testEnd,
  testFacts,
} from './testing/usage-events.ts';

function run(records: Parameters<MemoryPartition['append']>[0]) {
  const partition = new MemoryPartition();
  partition.append(records);
  const { counts, metrics } = countingMetrics();
  const steps = meteringSteps(memoryTables(), metrics);
  const sorted = steps.run(partition.log.map((record) => ({ record, epoch: 'epoch-a' })));
  return { ...sorted, counts, reasons: sorted.dead.map(({ reason }) => reason) };
}

const request = testFacts({
  requestId: 'req_1',
  clientRequestId: 'client-1',
  stream: true,
  tags: [{ name: 'team', value: 'search' }],
});

describe('meteringSteps', () => {
  test('make a row of an attempt', () => {
    const event = testAttempt(request, { attempt: 2, housePicoUsd: 1n });
    const record = attemptRecord(event);
    expect(run([record]).rows).toEqual([
      {
        event_id: 'req_1.2',
        request_id: 'req_1',
        attempt: 2,
        account: 'acc_1',
        key: 'key_1',
        received_at: '2026-05-17 12:34:56.789',
        client_request_id: 'client-1',
        body_id: 'chatcmpl-req_1',
        upstream_id: 'up-req_1',
        dialect: 'openai-chat',
        stream: true,
        original_model: 'flux-auto',
        tags: { team: 'search' },
        profile: 'auto',
        tier: 'LIGHT',
        lane: 'Daily Driver',
        policy: 'sha256:0123',
        rate_card: '2026-05-01',
        routed_model: 'gpt-5.5',
        model: 'gpt-5.5',
        provider: 'openai',
        status: 200,
        outcome: 'completed',
        error_code: '',
        first_byte_ms: 120,
        duration_ms: 480,
        accepted: true,
        input_tokens: 1000,
        cache_read_tokens: 200,
        cache_write_5m_tokens: null,
        cache_write_1h_tokens: null,
        output_tokens: 300,
        reasoning_tokens: 50,
        images: null,
        usage_source: 'provider',
        cost_pico_usd: 4_400_000_000n,
        charged_pico_usd: 4_400_000_000n,
        house_pico_usd: 1n,
        direct_cost_pico_usd: 3_300_000_000n,
        provider_cost_pico_usd: 3_000_000_000n,
        event_base64: Buffer.from(record.value).toString('base64'),
        topic_epoch: 'epoch-a',
        partition: 3,
        offset: 0n,
      },
    ]);
  });

  test('make a row of an end', () => {
    const { rows } = run([endRecord(testEnd(request))]);
    expect(rows[0]).toMatchObject({
      event_id: 'req_1.end',
      attempt: 0,
      model: 'gpt-5.5',
      provider: '',
      duration_ms: 500,
      accepted: false,
      input_tokens: null,
      charged_pico_usd: 0n,
    });
  });

  test('tell zero from not reported', () => {
    const event = testAttempt(request, { usage: { input: 0, source: 'partial' } });
    expect(run([attemptRecord(event)]).rows[0]).toMatchObject({
      input_tokens: 0,
      output_tokens: null,
    });
  });

  test('drop the birth of the topic', () => {
    const { rows, dead } = run([recordOf('TopicBorn', '', new Uint8Array([1, 2, 3]))]);
    expect({ rows, dead }).toEqual({ rows: [], dead: [] });
  });

  test.each([
    ['unreadable', recordOf('AttemptFinished', 'k', Buffer.from('ffffff', 'hex'))],
    ['type_unknown', recordOf('InvoiceIssued', 'k', new Uint8Array())],
    ['type_missing', { key: 'k', value: new Uint8Array(), headers: {} }],
    [
      'version_unknown',
      {
        ...attemptRecord(testAttempt(request)),
        headers: { type: 'AttemptFinished', version: '2' },
      },
    ],
    ['request_missing', recordOf('RequestFinished', 'k', new Uint8Array())],
    ['request_id_invalid', endRecord(testEnd(testFacts({ requestId: '' })))],
    ['account_invalid', endRecord(testEnd(testFacts({ account: 'an account' })))],
    ['received_at_invalid', endRecord(testEnd(testFacts({ requestId: 'req_2', receivedAtMs: 5 })))],
    ['received_at_invalid', endRecord(testEnd({ ...request, receivedAtMs: Number.NaN }))],
  ])('put a record aside: %s', (reason, record) => {
    const { rows, reasons } = run([record, endRecord(testEnd(request))]);
    expect(reasons).toEqual([reason]);
    expect(rows).toHaveLength(1);
  });

  test('leave out texts that may not be stored, in the columns and in the event', () => {
    const canary = 'words of a prompt ✂';
    const decision = request.decision && {
      ...request.decision,
      reasons: [canary, 'short prompt'],
      chain: [{ model: canary, provider: canary, upstreamModel: canary }],
      health: [{ model: canary, state: canary }],
      rejected: [{ model: canary, reason: canary }],
    };
    const facts = testFacts({
      ...request,
      key: canary,
      clientRequestId: canary,
      originalModel: canary,
      tags: [{ name: 'team', value: canary }],
      ...(decision && { decision }),
    });
    const attempt = testAttempt(facts, {
      upstreamModel: canary,
      bodyId: canary,
      upstreamId: canary,
    });
    const end = testEnd(facts, { notes: [canary, 'ours'], errorCode: canary, bodyId: canary });
    const { rows, counts } = run([attemptRecord(attempt), endRecord(end)]);
    expect(
      JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
    ).not.toContain('words');
    const [stored, storedEnd] = rows.map((row) => Buffer.from(row.event_base64, 'base64'));
    for (const bytes of [stored, storedEnd]) expect(bytes?.includes('words of')).toBe(false);
    expect(AttemptFinished.decode(stored ?? new Uint8Array())).toMatchObject({
      upstreamModel: '',
      costPicoUsd: attempt.costPicoUsd,
      request: { requestId: 'req_1', decision: { reasons: ['', 'short prompt'] } },
    });
    expect(RequestFinished.decode(storedEnd ?? new Uint8Array()).notes).toEqual(['', 'ours']);
    expect(counts.textsWithheld).toBe(2 * 12 + 3 + 3);
  });
});

test('times of a row are to the millisecond', () => {
  const { rows } = run([
    endRecord(testEnd(testFacts({ requestId: 'req_1', receivedAtMs: TEST_TIME_MS + 0.75 }))),
  ]);
  expect(rows[0]?.received_at).toBe('2026-05-17 12:34:56.789');
});
