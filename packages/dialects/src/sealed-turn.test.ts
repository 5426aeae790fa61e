import { describe, expect, it } from 'vitest';
import { dialects } from './index.ts';

const {
  'anthropic-messages': messages,
  'openai-responses': responses,
  'openai-chat': chat,
} = dialects;

const thinking = { type: 'thinking', thinking: 'hm', signature: 'c2VhbA==' };
const call = { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} };
const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: '7' };
const user = { role: 'user', content: 'ask' };

describe('the sealed reasoning of a tool turn', () => {
  it('of messages is in the answers since the user’s last words', () => {
    const turns = [
      user,
      { role: 'assistant', content: [thinking, call] },
      { role: 'user', content: [result] },
    ];
    expect(messages.sealedTurn({ messages: turns })).toEqual({
      seal: 'c2VhbA==',
      ids: ['toolu_1'],
    });
    expect(
      messages.sealedTurn({ messages: [...turns, { role: 'assistant', content: 'done' }, user] }),
    ).toBeNull();
    const redacted = { type: 'redacted_thinking', data: 'hidden' };
    const hidden = [user, { role: 'assistant', content: [redacted, call] }, turns[2]];
    expect(messages.sealedTurn({ messages: hidden })).toMatchObject({ seal: 'hidden' });
  });

  it('of responses is in the items since the user’s last words', () => {
    const items = [
      user,
      { type: 'reasoning', id: 'rs_1', encrypted_content: 'sealed', summary: [] },
      { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: 'call_1', output: '7' },
    ];
    expect(responses.sealedTurn({ input: items })).toEqual({
      seal: 'sealed',
      ids: ['fc_1', 'rs_1'],
    });
    expect(responses.sealedTurn({ input: [...items, user] })).toBeNull();
    expect(responses.sealedTurn({ input: 'ask' })).toBeNull();
  });

  it('of chat is in the details that were given with the answers', () => {
    const details = [{ type: 'reasoning.text', text: 'hm', signature: 'fluxseal1.x' }];
    const turns = [
      user,
      { role: 'assistant', content: null, reasoning_details: details, tool_calls: [] },
      { role: 'tool', tool_call_id: 'call_1', content: '7' },
    ];
    expect(chat.sealedTurn({ messages: turns })).toEqual({ seal: 'fluxseal1.x', ids: [] });
    expect(chat.sealedTurn({ messages: [...turns, user] })).toBeNull();
  });

  it('is nothing where nothing is sealed, whatever is sent', () => {
    const open = [
      user,
      { role: 'assistant', content: [call] },
      { role: 'user', content: [result] },
    ];
    expect(messages.sealedTurn({ messages: open })).toBeNull();
    expect(chat.sealedTurn({ messages: open })).toBeNull();
    for (const odd of [undefined, null, 7, 'x', [null, 7, [], { content: [null] }]]) {
      expect(messages.sealedTurn({ messages: odd })).toBeNull();
      expect(responses.sealedTurn({ input: odd })).toBeNull();
    }
  });
});

describe('the calls of a sealed answer of messages', () => {
  const observe = (events: readonly object[]) => {
    const observer = messages.createObserver({ clientWantsUsage: true });
    for (const event of events) {
      const frame = Buffer.from(`data: ${JSON.stringify(event)}\n\n`);
      observer.frame(frame, 0, frame.length);
    }
    return observer.snapshot.storedIds;
  };
  const start = (block: object) => ({
    type: 'content_block_start',
    index: 0,
    content_block: block,
  });

  it('are known by their ids, streamed and whole', () => {
    const calls = [start(call), start({ ...call, id: 'toolu_2' })];
    expect(observe([start(thinking), ...calls])).toEqual(['toolu_1', 'toolu_2']);
    expect(observe(calls)).toEqual([]);
    const whole = (content: readonly object[]) =>
      messages.readAnswer(
        Buffer.from(JSON.stringify({ type: 'message', content, stop_reason: 'tool_use' })),
      );
    expect(whole([thinking, call]).storedIds).toEqual(['toolu_1']);
    expect(whole([call]).storedIds).toEqual([]);
  });
});
