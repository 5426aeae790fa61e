import { expect, it } from 'vitest';
import type { Block } from './blocks.ts';
import type { Conversation, Turn } from './conversation.ts';
import { unfinishedToolTurn } from './tool-turn.ts';

const said = (role: Turn['role'], ...blocks: Block[]): Turn => ({ role, blocks });
const words: Block = { kind: 'text', text: 'x' };
const call: Block = { kind: 'toolCall', id: '1', name: 'f', arguments: '{}' };
const result: Block = { kind: 'toolResult', callId: '1', blocks: [] };
const of = (...turns: Turn[]): Conversation => ({ dialect: 'a', model: 'm', turns });

it('a tool turn is under way from the user’s last word on', () => {
  const round = [said('assistant', words, call), said('tool', result)];
  const user = said('user', words);
  expect(unfinishedToolTurn(of(user))).toBeNull();
  expect(unfinishedToolTurn(of(user, ...round))).toBe(1);
  expect(unfinishedToolTurn(of(user, ...round, user, ...round, ...round))).toBe(4);
  expect(unfinishedToolTurn(of(user, ...round, said('system', words)))).toBe(1);
  expect(unfinishedToolTurn(of(user, ...round, user))).toBeNull();
  expect(unfinishedToolTurn(of(user, ...round, said('assistant', words)))).toBeNull();
  expect(unfinishedToolTurn(of())).toBeNull();
  // Anthropic's clients give results in a user's turn.
  expect(unfinishedToolTurn(of(user, said('assistant', call), said('user', result)))).toBe(1);
});
