import { describe, expect, it } from 'vitest';
import { readDebugRequest } from './debug-request.ts';

describe('readDebugRequest', () => {
  it('makes a chat request of the shape of Routor', () => {
    const sent = {
      prompt: 'Why?',
      system_prompt: 'Be terse.',
      messages: [{ role: 'user', content: 'The sky is blue.' }],
      max_output_tokens: 9,
      profile: 'auto',
      tools: [],
    };
    expect(readDebugRequest(sent)).toEqual({
      dialect: 'openai-chat',
      body: {
        model: 'flux-auto',
        messages: [
          { role: 'system', content: 'Be terse.' },
          { role: 'user', content: 'The sky is blue.' },
          { role: 'user', content: 'Why?' },
        ],
        max_tokens: 9,
        routor_profile: 'auto',
        tools: [],
      },
    });
  });

  it.each([
    ['openai-responses', { input: 'hi', max_output_tokens: 9 }],
    ['anthropic-messages', { system: 'x', messages: [] }],
    ['anthropic-messages', { messages: [], tools: [{ name: 'f', input_schema: {} }] }],
    [
      'anthropic-messages',
      { messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a' }] }] },
    ],
  ])('leaves a whole request of %s as it is', (dialect, sent) => {
    expect(readDebugRequest(sent)).toEqual({ dialect, body: { ...sent, model: 'flux-auto' } });
  });

  it('keeps the model that is asked about', () => {
    expect(readDebugRequest({ prompt: 'hi', model: 'gpt-5.4' }).body['model']).toBe('gpt-5.4');
  });
});
