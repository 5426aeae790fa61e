import { describe, expect, it } from 'vitest';
import { foldParts } from './fold.ts';
import { runMachine } from './machine.ts';
import { partGrammar } from './part-grammar.ts';
import type { StreamPart } from './parts.ts';

const start: StreamPart = { type: 'start', id: '1', model: 'm' };
const begin: StreamPart = { type: 'block-start', block: { kind: 'text' } };
const delta: StreamPart = { type: 'block-delta', text: 'a' };
const stop: StreamPart = { type: 'block-end' };
const finish: StreamPart = { type: 'finish', finish: { reason: 'stop' } };
const end: StreamPart = { type: 'end' };
const cut: StreamPart = { type: 'error', cause: 'cut' };

describe('the grammar of parts', () => {
  it.each([
    ['an answer', [start, begin, delta, delta, stop, finish, end]],
    ['an answer of nothing', [start, finish, end]],
    ['an error before anything', [cut]],
    ['an error within a block', [start, begin, cut]],
  ])('accepts %s', (_name, parts) => {
    expect(runMachine(partGrammar, parts)).toEqual([]);
  });

  it.each([
    ['a second start', [start, start, cut]],
    ['a block within a block', [start, begin, begin, cut]],
    ['a delta outside', [start, delta, cut]],
    ['an end outside', [start, stop, cut]],
    ['a finish within a block', [start, begin, finish, cut]],
    ['an end without a finish', [start, end, cut]],
    ['a block after the finish', [start, finish, begin, cut]],
    ['something after the end', [start, finish, end, cut]],
    ['no end', [start, finish]],
    ['a block before the start', [begin, cut]],
  ])('refuses %s', (_name, parts) => {
    expect(runMachine(partGrammar, parts)).not.toEqual([]);
  });
});

it('a stream that ends in an error is no answer', () => {
  expect(foldParts([start, begin, delta, cut], 'a')).toBeNull();
  expect(foldParts([], 'a')).toBeNull();
  expect(foldParts([start, begin, delta, delta, stop, finish, end], 'a')).toEqual({
    dialect: 'a',
    id: '1',
    model: 'm',
    choices: [
      {
        turns: [{ role: 'assistant', blocks: [{ kind: 'text', text: 'aa' }] }],
        finish: { reason: 'stop' },
      },
    ],
  });
});
