import { foldParts, type StreamPart } from '@fluxrouter/conversation';
import { isFluxError } from '@fluxrouter/errors';
import { describe, expect, it } from 'vitest';
import { translateStream } from '../../recordings/translate.ts';
import { codecs } from '../codecs.ts';
import { restoreCustomCalls, restoreCustomParts } from './custom-tools.ts';

const request = {
  model: 'm',
  tools: [
    {
      type: 'custom',
      name: 'apply_patch',
      description: 'Patches.',
      format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
    },
  ],
  tool_choice: { type: 'custom', name: 'apply_patch' },
  input: [
    { role: 'user', content: 'patch' },
    { type: 'custom_tool_call', call_id: 'call_1', name: 'apply_patch', input: '*** "x"\n' },
    { type: 'custom_tool_call_output', call_id: 'call_1', output: 'done' },
  ],
};

function encode(dialect: 'openai-chat' | 'anthropic-messages') {
  const conversation = codecs['openai-responses'].decodeRequest(request);
  if (isFluxError(conversation)) throw new Error(conversation.message);
  return codecs[dialect].encodeRequest(conversation, { dialect, model: 'm', upstreamModel: 'u' });
}

describe('a tool that takes free text', () => {
  it('is a function with one argument where there are only functions', () => {
    const { body, notes } = encode('anthropic-messages');
    expect(body).toMatchObject({
      tools: [{ name: 'apply_patch', input_schema: { required: ['input'] } }],
      tool_choice: { type: 'tool', name: 'apply_patch' },
      messages: [
        { role: 'user' },
        { role: 'assistant', content: [{ type: 'tool_use', input: { input: '*** "x"\n' } }] },
        { role: 'user', content: [{ type: 'tool_result', content: 'done' }] },
      ],
    });
    expect(JSON.stringify(body['tools'])).toContain('start: \\"x\\"');
    expect(notes).toEqual([
      { kind: 'approximated', code: 'custom_tool', path: 'turns.1.blocks.0' },
      { kind: 'approximated', code: 'custom_tool', path: 'tools.0' },
    ]);
  });

  it('is one at the vendors of chat too', () => {
    expect(encode('openai-chat').body).toMatchObject({
      tools: [{ type: 'function', function: { name: 'apply_patch' } }],
      tool_choice: { type: 'function', function: { name: 'apply_patch' } },
      messages: [
        { role: 'user' },
        {
          tool_calls: [{ type: 'function', function: { arguments: '{"input":"*** \\"x\\"\\n"}' } }],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'done' },
      ],
    });
  });

  const names = new Set(['apply_patch']);
  const call = (name: string, words: string) =>
    ({ kind: 'toolCall', id: 'call_1', name, arguments: words }) as const;

  it('comes back as what it was, and no other', () => {
    const answer = {
      dialect: 'anthropic-messages',
      id: '1',
      model: 'm',
      choices: [
        {
          turns: [
            {
              role: 'assistant' as const,
              blocks: [
                call('apply_patch', '{"input":"a\\nb"}'),
                call('apply_patch', 'spoilt'),
                call('f', '{"input":"c"}'),
              ],
            },
          ],
        },
      ],
    };
    expect(restoreCustomCalls(answer, names).choices[0]?.turns[0]?.blocks).toEqual([
      { ...call('apply_patch', 'a\nb'), custom: true },
      { ...call('apply_patch', 'spoilt'), custom: true },
      call('f', '{"input":"c"}'),
    ]);
  });

  it('comes back in a stream when its JSON is whole', () => {
    const machine = restoreCustomParts(names);
    const start = (name: string): StreamPart => ({
      type: 'block-start',
      block: { kind: 'toolCall', id: 'call_1', name },
    });
    const parts: StreamPart[] = [
      { type: 'start', id: '1', model: 'm' },
      start('apply_patch'),
      { type: 'block-delta', text: '{"input":"a' },
      { type: 'block-delta', text: '\\nb"}' },
      { type: 'block-end' },
      start('f'),
      { type: 'block-delta', text: '{}' },
      { type: 'block-end' },
    ];
    let state = machine.initial;
    const restored = parts.flatMap((part) => {
      const [next, out] = machine.step(state, part);
      state = next;
      return out;
    });
    expect(foldParts(restored, 'any')?.choices[0]?.turns[0]?.blocks).toEqual([
      { ...call('apply_patch', 'a\nb'), custom: true },
      call('f', '{}'),
    ]);
  });
});

it('a free text in a stream of chat goes into JSON for a client of messages', () => {
  const delta = (words: object) =>
    `data: ${JSON.stringify({ id: '1', model: 'm', choices: [{ index: 0, ...words }] })}\n\n`;
  const call = (more: object) => delta({ delta: { tool_calls: [{ index: 0, ...more }] } });
  const text =
    call({ id: 'call_1', type: 'custom', custom: { name: 'f', input: '' } }) +
    call({ custom: { input: 'a "b"' } }) +
    call({ custom: { input: '\n' } }) +
    delta({ delta: {}, finish_reason: 'tool_calls' });
  const { output } = translateStream('openai-chat', 'anthropic-messages', [Buffer.from(text)]);
  const { parts } = translateStream('anthropic-messages', 'anthropic-messages', [output]);
  expect(foldParts(parts, 'any')?.choices[0]?.turns[0]?.blocks).toEqual([
    { kind: 'toolCall', id: 'call_1', name: 'f', arguments: '{"input":"a \\"b\\"\\n"}' },
  ]);
});
