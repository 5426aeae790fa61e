import { AttemptFinished } from '@fluxrouter/generated/events';
import { describe, expect, it } from 'vitest';
import { readAttemptOutcome } from './attempt-outcome.ts';

const event = AttemptFinished.fromPartial({
  request: { requestId: 'req_x', account: 'acc', stream: true, receivedAtMs: 1.5e12 },
  attempt: 2,
  provider: 'openai',
  model: 'gpt-5.4',
  upstreamModel: 'gpt-5.4-2026',
  startedAtMs: 1_795_219_200_123,
  firstByteMs: 70_000,
  durationMs: 300,
  status: 200,
  outcome: 'completed',
  errorCode: 'upstream_failed',
  costPicoUsd: 2n ** 64n - 1n,
  savingsPermille: -5,
});

describe('readAttemptOutcome', () => {
  it('reads what the whole decoder reads', () => {
    expect(readAttemptOutcome(AttemptFinished.encode(event).finish())).toEqual({
      provider: 'openai',
      model: 'gpt-5.4',
      stream: true,
      startedAtMs: 1_795_219_200_123,
      firstByteMs: 70_000,
      durationMs: 300,
      outcome: 'completed',
      errorCode: 'upstream_failed',
    });
  });

  it('tells a first byte that never came from one after 0 ms', () => {
    const encode = (firstByteMs: number | undefined) =>
      AttemptFinished.encode({ ...event, firstByteMs }).finish();
    expect(readAttemptOutcome(encode(undefined)).firstByteMs).toBeUndefined();
    expect(readAttemptOutcome(encode(0)).firstByteMs).toBe(0);
  });

  it('throws on bytes that are cut, and on none of ours', () => {
    const bytes = AttemptFinished.encode(event).finish();
    expect(() => readAttemptOutcome(bytes.subarray(0, bytes.length - 1))).toThrow(RangeError);
    expect(() => readAttemptOutcome(Uint8Array.of(0x0b))).toThrow(RangeError);
  });
});
