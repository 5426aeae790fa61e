import type { Conversation } from '@fluxrouter/conversation';
import { describe, expect, it } from 'vitest';
import { codecs } from '../codecs.ts';
import type { DialectName } from '../index.ts';

/** What providers refuse, and dialects do not say. */

function bodyOf(conversation: Partial<Conversation>, from: DialectName, to: DialectName) {
  const whole = { dialect: from, model: 'm', turns: [], ...conversation };
  const target = { dialect: to, model: 'm', upstreamModel: 'u' };
  return JSON.parse(JSON.stringify(codecs[to].encodeRequest(whole, target).body));
}

describe('Anthropic', () => {
  const call = { kind: 'toolCall', id: 'functions.f:0', name: 'f', arguments: '{}' } as const;
  const result = {
    kind: 'toolResult',
    callId: 'functions.f:0',
    blocks: [{ kind: 'text', text: 'x' }],
    shorthand: true,
  } as const;

  it('is given ids of calls in its own alphabet, the same in the call and its result', () => {
    const { messages } = bodyOf(
      {
        turns: [
          { role: 'assistant', blocks: [call] },
          { role: 'tool', blocks: [result] },
        ],
      },
      'openai-chat',
      'anthropic-messages',
    );
    expect(messages).toEqual([
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 'functions_f_0', name: 'f', input: {} }],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'functions_f_0', content: 'x' }],
      },
    ]);
  });

  it('is given results first, no empty text, and neighbours of one side as one message', () => {
    const user = (text: string) => ({ role: 'user', blocks: [{ kind: 'text', text }] }) as const;
    const { messages } = bodyOf(
      {
        turns: [
          user('a'),
          { role: 'assistant', blocks: [{ kind: 'text', text: '' }, call] },
          user(''),
          { role: 'tool', blocks: [result] },
          user('b'),
        ],
      },
      'openai-chat',
      'anthropic-messages',
    );
    expect(messages.map(({ role }: { role: string }) => role)).toEqual([
      'user',
      'assistant',
      'user',
    ]);
    expect(messages[1].content).toHaveLength(1);
    expect(messages[2].content.map(({ type }: { type: string }) => type)).toEqual([
      'tool_result',
      'text',
    ]);
  });

  it('is given arguments as an object, whatever the model has written', () => {
    const input = (words: string) => {
      const turns = [{ role: 'assistant', blocks: [{ ...call, arguments: words }] }] as const;
      return bodyOf({ turns }, 'openai-chat', 'anthropic-messages').messages[0].content[0].input;
    };
    expect(input('')).toEqual({});
    expect(input('{"a":1}')).toEqual({ a: 1 });
    expect(input('{"a":')).toEqual({ arguments: '{"a":' });
    expect(input('[1]')).toEqual({ arguments: '[1]' });
  });

  it('is given no sampling beside thinking, and no forced tool', () => {
    const asked = { reasoning: { effort: 'high' }, temperature: 0.5, topP: 0.9 };
    const thinking = bodyOf(asked, 'openai-chat', 'anthropic-messages');
    expect(thinking).not.toHaveProperty('temperature');
    expect(thinking).not.toHaveProperty('top_p');
    const forced = { ...asked, toolChoice: { mode: 'required' } } as const;
    expect(bodyOf(forced, 'openai-chat', 'anthropic-messages')).not.toHaveProperty('thinking');
    const both = bodyOf({ temperature: 1.5, topP: 0.9 }, 'openai-chat', 'anthropic-messages');
    expect(both).toMatchObject({ temperature: 1 });
    expect(both).not.toHaveProperty('top_p');
  });
});

describe('OpenAI', () => {
  it('is given no default that its reasoning models refuse', () => {
    for (const to of ['openai-chat', 'openai-responses'] as const) {
      const body = bodyOf({ temperature: 1, topP: 1 }, 'anthropic-messages', to);
      expect(body).not.toHaveProperty('temperature');
      expect(body).not.toHaveProperty('top_p');
    }
  });

  it('is given a name with every file of bytes', () => {
    const source = { at: 'data', mediaType: 'application/pdf', data: 'JVBERi0=' } as const;
    const turns = [{ role: 'user', blocks: [{ kind: 'file', source }] }] as const;
    expect(bodyOf({ turns }, 'anthropic-messages', 'openai-chat').messages[0].content[0]).toEqual({
      type: 'file',
      file: { file_data: 'data:application/pdf;base64,JVBERi0=', filename: 'document.pdf' },
    });
    expect(
      bodyOf({ turns }, 'anthropic-messages', 'openai-responses').input[0].content[0],
    ).toMatchObject({ type: 'input_file', filename: 'document.pdf' });
  });

  it('is told not to keep what the client’s dialect would not keep, and not to be strict unasked', () => {
    const body = bodyOf(
      { tools: [{ kind: 'function', name: 'f', parameters: {} }] },
      'anthropic-messages',
      'openai-responses',
    );
    expect(body).toMatchObject({ store: false, tools: [{ name: 'f', strict: false }] });
  });
});

it('vendors of chat are given the system in one string', () => {
  const instructions = {
    role: 'system',
    blocks: [
      { kind: 'text', text: 'a' },
      { kind: 'text', text: 'b' },
    ],
  } as const;
  expect(bodyOf({ instructions }, 'anthropic-messages', 'openai-chat').messages).toEqual([
    { role: 'system', content: 'a\n\nb' },
  ]);
});
