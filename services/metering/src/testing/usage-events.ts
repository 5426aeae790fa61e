import type { OutgoingRecord } from '@fluxrouter/event-bus';
import { newRequestId } from '@fluxrouter/events';
import { AttemptFinished, RequestFacts, RequestFinished } from '@fluxrouter/generated/events';

// Events as the gateway would publish them, for tests; what is not given has a plain default.

export const TEST_TIME_MS = Date.UTC(2026, 4, 17, 12, 34, 56, 789);

export function testFacts(facts: Partial<RequestFacts> = {}): RequestFacts {
  const receivedAtMs = facts.receivedAtMs ?? TEST_TIME_MS;
  return RequestFacts.fromPartial({
    requestId: newRequestId(Math.floor(receivedAtMs)),
    account: 'acc_1',
    key: 'key_1',
    dialect: 'openai-chat',
    originalModel: 'flux-auto',
    receivedAtMs,
    decision: {
      profile: 'auto',
      tier: 'LIGHT',
      lane: 'Daily Driver',
      category: 'chat',
      scoreMilli: -120,
      confidencePercent: 82,
      method: 'rules',
      policy: 'sha256:0123',
      rateCard: '2026-05-01',
      catalogue: 'sha256:4567',
      reasons: ['short prompt'],
      chain: [{ model: 'gpt-5.5', provider: 'openai', upstreamModel: 'gpt-5.5-2026-04-01' }],
      routedModel: 'gpt-5.5',
      health: [{ model: 'gpt-5.5', state: 'healthy' }],
      rejected: [{ model: 'grok-5', reason: 'no credentials' }],
    },
    ...facts,
  });
}

export function testAttempt(
  request: RequestFacts,
  attempt: Partial<AttemptFinished> = {},
): AttemptFinished {
  return AttemptFinished.fromPartial({
    request,
    attempt: 1,
    provider: 'openai',
    model: 'gpt-5.5',
    upstreamModel: 'gpt-5.5-2026-04-01',
    startedAtMs: request.receivedAtMs + 2,
    firstByteMs: 120,
    durationMs: 480,
    status: 200,
    outcome: 'completed',
    usage: { input: 1000, cacheRead: 200, output: 300, reasoning: 50, source: 'provider' },
    accepted: true,
    costPicoUsd: 4_400_000_000n,
    chargedPicoUsd: 4_400_000_000n,
    directCostPicoUsd: 3_300_000_000n,
    providerCostPicoUsd: 3_000_000_000n,
    savingsPermille: 874,
    bodyId: `chatcmpl-${request.requestId}`,
    upstreamId: `up-${request.requestId}`,
    ...attempt,
  });
}

export function testEnd(
  request: RequestFacts,
  end: Partial<RequestFinished> = {},
): RequestFinished {
  return RequestFinished.fromPartial({
    request,
    outcome: 'completed',
    status: 200,
    finishedAtMs: request.receivedAtMs + 500,
    attempts: 1,
    servedModel: 'gpt-5.5',
    routed: true,
    bodyId: `chatcmpl-${request.requestId}`,
    upstreamId: `up-${request.requestId}`,
    ...end,
  });
}

export function attemptRecord(event: AttemptFinished): OutgoingRecord {
  const value = AttemptFinished.encode(event).finish();
  return recordOf('AttemptFinished', event.request?.account ?? '', value);
}

export function endRecord(event: RequestFinished): OutgoingRecord {
  const value = RequestFinished.encode(event).finish();
  return recordOf('RequestFinished', event.request?.account ?? '', value);
}

export function recordOf(type: string, key: string, value: Uint8Array): OutgoingRecord {
  return { key, value, headers: { type, version: '1' } };
}

/** An attempt and its end. */
export function requestRecords(facts: Partial<RequestFacts> = {}): OutgoingRecord[] {
  const request = testFacts(facts);
  return [attemptRecord(testAttempt(request)), endRecord(testEnd(request))];
}
