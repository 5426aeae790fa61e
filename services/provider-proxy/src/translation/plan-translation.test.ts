import { buildCatalogue } from '@fluxrouter/catalogue';
import type { LossPolicy } from '@fluxrouter/conversation';
import type { DialectName } from '@fluxrouter/dialects';
import type { AttemptBegin } from '@fluxrouter/generated/proxy';
import { describe, expect, it } from 'vitest';
import { planTranslation, type Translation } from './plan-translation.ts';

const catalogue = buildCatalogue();

function plan(dialect: DialectName, id: string, body: object, policy: LossPolicy = 'reject') {
  const model = catalogue.models.get(id);
  const provider = catalogue.providers.get(model?.provider ?? '');
  if (model === undefined || provider === undefined) throw new Error(`no model ${id}`);
  const begin = {
    dialect,
    body: Buffer.from(JSON.stringify(body)),
    clientWantsUsage: false,
  } as unknown as AttemptBegin;
  return planTranslation(begin, model, provider, policy, 1_763_700_000_500);
}

function translated(...args: Parameters<typeof plan>) {
  const translation = plan(...args);
  if (translation === null || 'code' in translation) throw new Error('not translated');
  return { ...translation, json: JSON.parse(translation.body.toString()) } as Translation & {
    json: Record<string, unknown>;
  };
}

const messages = [{ role: 'user', content: 'Hi' }];
const ofMessages = (more: object = {}) => ({ model: 'm', max_tokens: 99, messages, ...more });

describe('a request', () => {
  it('passes where its model speaks its dialect', () => {
    expect(plan('openai-chat', 'kimi-k3', { messages })).toBeNull();
    expect(plan('openai-chat', 'gpt-5.4', { messages, seed: 7, n: 3 })).toBeNull();
    expect(plan('anthropic-messages', 'claude-opus-5', ofMessages())).toBeNull();
  });

  it('goes to responses where a model speaks both of OpenAI’s dialects', () => {
    const { upstream, json, shown } = translated('anthropic-messages', 'gpt-5.4', ofMessages());
    expect(upstream.name).toBe('openai-responses');
    expect(json).toMatchObject({
      model: 'gpt-5.4',
      max_output_tokens: 99,
      store: false,
      include: ['reasoning.encrypted_content'],
    });
    expect(shown).toMatchObject({ model: 'gpt-5.4', createdAt: 1_763_700_000 });
  });

  it('goes to chat where only chat has a place for it', () => {
    const ask = ofMessages({ stop_sequences: ['x'] });
    const { upstream, json, notes } = translated('anthropic-messages', 'gpt-5.4', ask);
    expect(upstream.name).toBe('openai-chat');
    expect(json).toMatchObject({ stop: ['x'], max_completion_tokens: 99 });
    expect(notes).toEqual([]);
  });

  it('bounds its output by the field that the provider knows', () => {
    const { json } = translated(
      'anthropic-messages',
      'mistral-large-4',
      ofMessages({ stream: true }),
    );
    expect(json).toMatchObject({ max_tokens: 99, stream: true });
    expect(json).not.toHaveProperty('stream_options');
    const kimi = translated('anthropic-messages', 'kimi-k3', ofMessages({ stream: true }));
    expect(kimi.json).toMatchObject({ stream_options: { include_usage: true } });
  });

  it('thinks by a budget where the model knows nothing else', () => {
    const ask = { messages, reasoning_effort: 'medium' };
    expect(translated('openai-chat', 'claude-haiku-4.5', ask).json).toMatchObject({
      max_tokens: 64_000,
      thinking: { type: 'enabled', budget_tokens: 8_192 },
    });
    expect(translated('openai-chat', 'claude-opus-5', ask).json).toMatchObject({
      thinking: { type: 'adaptive' },
      output_config: { effort: 'medium' },
    });
    const small = translated('openai-chat', 'claude-haiku-4.5', { ...ask, max_tokens: 900 });
    expect(small.json).not.toHaveProperty('thinking');
    expect(small.notes).toMatchObject([{ kind: 'dropped', code: 'reasoning_effort' }]);
  });

  it('is refused where it would lose its tools, unless that is allowed', () => {
    const ask = { input: 'x', tools: [{ type: 'local_shell' }] };
    expect(plan('openai-responses', 'claude-opus-5', ask)).toMatchObject({
      code: 'capability_not_available',
      status: 400,
      nextMayHelp: true,
      param: 'tools[0]',
    });
    const allowed = translated('openai-responses', 'claude-opus-5', ask, 'allow');
    expect(allowed.notes).toMatchObject([{ kind: 'dropped', code: 'tool', path: 'tools.0' }]);
  });

  it.each([
    ['openai-chat', 'n', { messages, n: 2 }],
    ['openai-chat', 'seed', { messages, seed: 1 }],
    ['openai-chat', 'logprobs', { messages, logprobs: true }],
    ['openai-chat', 'response_format', { messages, response_format: { type: 'bogus' } }],
    ['openai-chat', 'functions', { messages, functions: [{ name: 'f' }] }],
    ['openai-chat', 'messages', { messages: [{ role: 'user', content: [{ type: 'text' }] }] }],
    ['openai-responses', 'text.format', { input: 'x', text: { format: { type: 'bogus' } } }],
    ['openai-responses', 'input', { input: [{ type: 'bogus' }] }],
  ] as const)('names the client’s own field where it is refused: %s, %s', (dialect, param, ask) => {
    expect(plan(dialect, 'claude-opus-5', ask)).toMatchObject({
      code: 'capability_not_available',
      param,
      clientMessage: expect.stringContaining(`('${param}')`),
    });
  });

  it.each([
    ['previous_response_id', { previous_response_id: 'resp_1', input: 'x' }],
    ['conversation', { conversation: 'conv_1', input: 'x' }],
  ])('is refused, whatever is allowed, where it goes on with something kept: %s', (_name, ask) => {
    expect(plan('openai-responses', 'claude-opus-5', ask, 'allow')).toMatchObject({
      code: 'capability_not_available',
    });
  });

  it('that holds a seal of another origin is never passed on as it is', () => {
    const seal = (dialect: string, model: string | null) =>
      `fluxseal1.${Buffer.from(JSON.stringify([dialect, model, 'sealed'])).toString('base64url')}`;
    const ask = (signature: string) =>
      ofMessages({
        messages: [
          ...messages,
          { role: 'assistant', content: [{ type: 'thinking', thinking: 'hm', signature }] },
          { role: 'user', content: 'and?' },
        ],
      });
    const foreign = translated(
      'anthropic-messages',
      'claude-opus-5',
      ask(seal('openai-responses', 'gpt-5.4')),
    );
    expect(foreign.client).toBeNull();
    expect(JSON.stringify(foreign.json)).not.toContain('hm');
    expect(foreign.notes).toMatchObject([{ code: 'seal', path: 'turns.1.blocks.0' }]);
    const back = translated(
      'anthropic-messages',
      'gpt-5.4',
      ask(seal('openai-responses', 'gpt-5.4')),
    );
    expect(back.json['input']).toContainEqual({
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'hm' }],
      encrypted_content: 'sealed',
    });
  });
});
