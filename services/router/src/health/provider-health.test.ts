import { buildCatalogue } from '@fluxrouter/catalogue';
import { encodeAttemptFinished } from '@fluxrouter/events';
import { AttemptFinished } from '@fluxrouter/generated/events';
import { describe, expect, it } from 'vitest';
import { ProviderHealth } from './provider-health.ts';

const NOW = 1_795_219_200_000;
const MODEL = 'gpt-5.4';

function healthAfter(...attempts: (Partial<AttemptFinished> & { times?: number })[]) {
  let nowMs = NOW;
  const health = new ProviderHealth(buildCatalogue(), () => nowMs);
  for (const { times = 1, ...attempt } of attempts) {
    const event = AttemptFinished.fromPartial({
      provider: 'openai',
      model: MODEL,
      startedAtMs: NOW - 1_000,
      durationMs: 500,
      outcome: 'completed',
      ...attempt,
    });
    for (let i = 0; i < times; i++) health.note('AttemptFinished', encodeAttemptFinished(event));
  }
  return { health, at: (ms: number) => (nowMs = ms) };
}

describe('ProviderHealth', () => {
  it('is made from the outcomes of attempts', () => {
    const { health } = healthAfter({ outcome: 'failed', errorCode: 'upstream_failed', times: 10 });
    expect(health.snapshot()).toEqual({
      providers: { openai: 'down' },
      models: { [MODEL]: 'down' },
    });
  });

  it('does not count what the client caused', () => {
    const { health } = healthAfter(
      { outcome: 'client_gone', times: 20 },
      { outcome: 'failed', errorCode: 'upstream_error', times: 20 },
      { outcome: 'failed', errorCode: 'context_length_exceeded', times: 20 },
      { outcome: 'failed', errorCode: 'capability_not_available', times: 20 },
      { outcome: 'cut', errorCode: 'key_revoked', times: 20 },
    );
    expect(health.snapshot()).toEqual({ providers: {}, models: {} });
  });

  it('passes over what it cannot read and names that the catalogue has not', () => {
    const { health } = healthAfter({ model: 'nobody', outcome: 'failed', times: 20 });
    health.note('AttemptFinished', Uint8Array.of(0xff));
    health.note('RequestFinished', Uint8Array.of(0xff));
    expect(health.snapshot()).toEqual({ providers: {}, models: {} });
  });

  it('times only streams: a whole answer has no first output', () => {
    const slow = { firstByteMs: 9_000, times: 20 };
    const request = { stream: true, requestId: 'req_x' } as AttemptFinished['request'];
    expect(healthAfter(slow).health.snapshot().models).toEqual({ [MODEL]: 'healthy' });
    expect(healthAfter({ ...slow, request }).health.snapshot().models).toEqual({
      [MODEL]: 'degraded',
    });
  });

  it('takes a model for down while its breaker is open, and no longer', () => {
    const { health, at } = healthAfter();
    health.breakerOpen(MODEL, NOW + 10_000);
    expect(health.snapshot().models).toEqual({ [MODEL]: 'down' });
    at(NOW + 10_001);
    expect(health.snapshot().models).toEqual({});
    health.breakerOpen(MODEL, NOW + 99_000);
    health.breakerClosed(MODEL);
    expect(health.snapshot().models).toEqual({});
  });

  it('reports the providers that are configured, with figures', () => {
    const { health } = healthAfter({ times: 9 }, { outcome: 'failed', times: 1 });
    const report = health.report((model) => model === MODEL);
    expect(report).toMatchObject({
      windowSeconds: 300,
      providers: [
        {
          provider: 'openai',
          state: 'degraded',
          attempts: 10,
          successRate: 0.9,
          models: [
            { model: MODEL, state: 'degraded', firstOutputMsMax: 5_000, breakerOpen: false },
          ],
        },
      ],
    });
  });
});
