import { AttemptFailure } from '@fluxrouter/generated/proxy';
import { describe, expect, it } from 'vitest';
import { errorOfChain } from './chain-failure.ts';

const failed = (code: string, more: Partial<AttemptFailure> = {}): AttemptFailure =>
  AttemptFailure.fromPartial({ code, status: 500, nextMayHelp: true, ...more });

describe('what a client is told when a chain has ended', () => {
  it('429 with the shortest wait where all were at their limits', () => {
    const error = errorOfChain([
      failed('upstream_rate_limited', { retryAfterSeconds: 30 }),
      failed('upstream_rate_limited', { retryAfterSeconds: 7 }),
    ]);
    expect(error).toMatchObject({
      code: 'upstream_rate_limited',
      status: 429,
      retryAfterSeconds: 7,
    });
  });

  it.each([
    [['upstream_timeout', 'upstream_timeout'], 'upstream_timeout', 504],
    [['upstream_rate_limited', 'upstream_failed'], 'upstream_failed', 502],
    [['upstream_timeout', 'upstream_failed'], 'upstream_failed', 502],
    [['provider_misconfigured'], 'provider_misconfigured', 502],
    [['provider_misconfigured', 'upstream_failed'], 'upstream_failed', 502],
    [[], 'upstream_failed', 502],
  ])('%o: %s', (codes, code, status) => {
    expect(errorOfChain(codes.map((each) => failed(each)))).toMatchObject({ code, status });
  });

  it('what the client caused, as upstream said it, whatever came before', () => {
    const own = failed('upstream_error', {
      status: 422,
      nextMayHelp: false,
      clientMessage: 'no such voice',
      param: 'voice',
    });
    expect(errorOfChain([failed('upstream_failed'), own])).toMatchObject({
      status: 422,
      message: 'no such voice',
      param: 'voice',
    });
  });

  it('that it is too long, where one said so and none could', () => {
    const long = failed('context_length_exceeded', { status: 400, clientMessage: 'too long' });
    expect(errorOfChain([long, failed('upstream_failed')])).toMatchObject({
      code: 'context_length_exceeded',
      status: 400,
    });
  });

  it.each([
    'This model’s maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.',
    'This model’s maximum context length is 128000 tokens. However, you requested 130000 tokens (100000 in the messages, 30000 in the completion).',
    'The input token count (130,000) exceeds the maximum number of tokens allowed (128,000).',
    'prompt is too long: 130000 tokens > 128000 maximum',
    'Prompt contains 130000 tokens and 0 draft tokens, too large for gpt-4-0613 with 128000 maximum context length',
  ])('the two lengths, out of whatever words a vendor has for them: %s', (clientMessage) => {
    const error = errorOfChain([failed('context_length_exceeded', { status: 400, clientMessage })]);
    expect(error.contextLength).toEqual({ tokens: 130_000, maximum: 128_000 });
  });

  it('that it is too long in the words that clients match on, where no length is told', () => {
    for (const [clientMessage, message] of [
      [
        'Your input exceeds the context window.',
        'prompt is too long: Your input exceeds the context window.',
      ],
      ['Prompt is too long', 'Prompt is too long'],
    ] as const) {
      const error = errorOfChain([failed('context_length_exceeded', { clientMessage })]);
      expect(error.message).toBe(message);
      expect(error.contextLength).toBeUndefined();
    }
  });
});
