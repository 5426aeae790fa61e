import { AttemptFinished, RequestFinished } from '@fluxrouter/generated/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeAttemptFinished, encodeRequestFinished } from './encode.ts';

const text = fc.oneof(fc.constant(''), fc.stringMatching(/^[A-Za-z0-9._:/@-]{1,128}$/));
const count = fc.nat({ max: 4_294_967_295 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const time = fc.integer({ min: 0, max: 2 ** 48 });
const money = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const sint = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

const decision = fc.record({
  profile: text,
  tier: text,
  lane: text,
  category: text,
  scoreMilli: sint,
  confidencePercent: count,
  method: text,
  policy: text,
  rateCard: text,
  catalogue: text,
  reasons: fc.array(text),
  chain: fc.array(fc.record({ model: text, provider: text, upstreamModel: text })),
  routedModel: text,
  historyFloor: text,
  health: fc.array(fc.record({ model: text, state: text })),
  rejected: fc.array(fc.record({ model: text, reason: text })),
  facts: fc.array(count, { maxLength: 300 }),
});
const request = fc.record({
  requestId: text,
  account: text,
  key: text,
  clientRequestId: text,
  dialect: text,
  stream: fc.boolean(),
  originalModel: text,
  tags: fc.array(fc.record({ name: text, value: text })),
  receivedAtMs: time,
  decision: maybe(decision),
});
const usage = fc.record({
  input: maybe(count),
  cacheRead: maybe(count),
  cacheWrite5m: maybe(count),
  cacheWrite1h: maybe(count),
  output: maybe(count),
  reasoning: maybe(count),
  images: maybe(count),
  source: text,
});
const attemptFinished = fc.record({
  request: maybe(request),
  attempt: count,
  provider: text,
  model: text,
  upstreamModel: text,
  startedAtMs: time,
  firstByteMs: maybe(count),
  durationMs: count,
  status: count,
  outcome: text,
  errorCode: text,
  usage: maybe(usage),
  accepted: fc.boolean(),
  costPicoUsd: money,
  chargedPicoUsd: money,
  housePicoUsd: money,
  directCostPicoUsd: money,
  providerCostPicoUsd: money,
  holdPicoUsd: money,
  savingsPermille: maybe(sint),
  bodyId: text,
  upstreamId: text,
});
const requestFinished = fc.record({
  request: maybe(request),
  outcome: text,
  status: count,
  errorCode: text,
  finishedAtMs: time,
  notes: fc.array(text),
  attempts: count,
  servedModel: text,
  routed: fc.boolean(),
  maxTokens: maybe(count),
  bodyId: text,
  upstreamId: text,
});

// Through the generated code twice, so that both sides carry the same prototype and defaults.
describe('our encoder writes what the generated code reads', () => {
  it('AttemptFinished', () => {
    fc.assert(
      fc.property(attemptFinished, (event) => {
        expect(AttemptFinished.decode(encodeAttemptFinished(event))).toEqual(
          AttemptFinished.decode(AttemptFinished.encode(event).finish()),
        );
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('RequestFinished', () => {
    fc.assert(
      fc.property(requestFinished, (event) => {
        expect(RequestFinished.decode(encodeRequestFinished(event))).toEqual(
          RequestFinished.decode(RequestFinished.encode(event).finish()),
        );
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('refuses an amount below zero', () => {
    const [event] = fc.sample(attemptFinished, { seed: 1, numRuns: 1 });
    if (event === undefined) throw new Error('no sample');
    expect(() => encodeAttemptFinished({ ...event, costPicoUsd: -1n })).toThrow(RangeError);
  });
});
