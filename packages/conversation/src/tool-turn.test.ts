import { expect, it } from 'vitest';
import type { Block } from './blocks.ts';
import type { Conversation, Turn } from './conversation.ts';
import { sealedBy, unfinishedToolTurn } from './tool-turn.ts';

const said = (role: Turn['role'], ...blocks: Block[]): Turn => ({ role, blocks });
const words: Block = { kind: 'text', text: 'x' };
const call: Block = { kind: 'toolCall', id: '1', name: 'f', arguments: '{}' };
const result: Block = { kind: 'toolResult', callId: '1', blocks: [] };
const thought = (model: string | null): Block => ({
  kind: 'reasoning',
  text: 'hm',
  seal: { origin: { dialect: 'a', model }, data: 's' },
});
const of = (...turns: Turn[]): Conversation => ({ dialect: 'a', model: 'm', turns });

it('a tool turn is under way from the user’s last word on', () => {
  const round = [said('assistant', thought('m1'), call), said('tool', result)];
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

it('who sealed it is told of a turn under way only', () => {
  const user = said('user', words);
  const round = (model: string | null) => [
    said('assistant', thought(model), call),
    said('tool', result),
  ];
  expect(sealedBy(of(user, ...round('m1')))).toBe('m1');
  expect(sealedBy(of(user, ...round('m1'), user, ...round('m2')))).toBe('m2');
  expect(sealedBy(of(user, ...round(null)))).toBeNull();
  expect(sealedBy(of(user, ...round('m1'), user))).toBeNull();
});
