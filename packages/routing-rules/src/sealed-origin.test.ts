import { describe, expect, it } from 'vitest';
import { conversation, decisionFor, inputFor, refusalFor } from './decision-fixtures.ts';
import { extractFacts } from './extract-facts.ts';
import type { SealedOrigin } from './facts.ts';

const { messages } = conversation('Plan the migration of our billing tables.') as {
  messages: unknown[];
};
const unfinished = {
  messages: [
    ...messages,
    { role: 'assistant', content: null, tool_calls: [{ id: 'a', function: { name: 'f' } }] },
    { role: 'tool', tool_call_id: 'a', content: '12 tables' },
  ],
};

function sealedBy(origin: SealedOrigin | null, body: Record<string, unknown> = unfinished) {
  return { body, input: { facts: extractFacts(body, 'openai-chat', origin) } };
}

describe('reasoning sealed in an unfinished tool turn', () => {
  it('keeps the conversation with the provider that sealed it', () => {
    const { chain, rejected } = decisionFor(sealedBy({ provider: 'deepseek', model: null }));
    expect(new Set(chain.map(({ provider }) => provider))).toEqual(new Set(['deepseek']));
    expect(rejected).toContainEqual({ model: 'gpt-6.1-sol', reason: 'origin' });
  });

  it('asks the very model that sealed it first, whatever its lane', () => {
    for (const model of ['flux-auto', 'flux-fast', 'flux-reasoning']) {
      const origin = { provider: 'openai', model: 'gpt-5.4' };
      const { routedModel, reasons } = decisionFor({ ...sealedBy(origin), model });
      expect(routedModel).toBe('gpt-5.4');
      expect(reasons).toContain('seal.model:gpt-5.4');
    }
  });

  it('is no constraint once the user has spoken again', () => {
    const later = { messages: [...unfinished.messages, { role: 'user', content: 'go on' }] };
    const origin = { provider: 'deepseek', model: null };
    const { rejected } = decisionFor(sealedBy(origin, later));
    expect(rejected.map(({ reason }) => reason)).not.toContain('origin');
  });

  it('is refused where that provider is not configured, and says why', () => {
    const request = sealedBy({ provider: 'deepseek', model: null });
    const refused = refusalFor({ ...request, providers: ['openai'] });
    expect(refused).toMatchObject({ code: 'capability_not_available', param: 'messages' });
  });

  it('leaves a pinned model to its provider', () => {
    const request = sealedBy({ provider: 'deepseek', model: null });
    expect(decisionFor({ ...request, model: 'gpt-5.4' }).routedModel).toBe('gpt-5.4');
    expect(inputFor(request).facts.originProvider).toBe('deepseek');
  });
});
