import { describe, expect, it } from 'vitest';
import { unacceptableLoss } from './loss-policy.ts';
import { type NoteCode, Notes, wordNotes } from './notes.ts';

function dropped(code: NoteCode, path = 'turns.2.blocks.0') {
  const notes = new Notes();
  notes.dropped('sampling', 'topK');
  notes.dropped(code, path);
  return notes.list;
}

describe('what may be lost', () => {
  it.each(['tool', 'tool_choice', 'tool_result', 'output_format', 'file', 'audio'] as const)(
    'is not %s, unless it is allowed',
    (code) => {
      expect(unacceptableLoss(dropped(code), 'reject', null)).toMatchObject({ code });
      expect(unacceptableLoss(dropped(code), 'allow', null)).toBeNull();
    },
  );

  it.each(['answers', 'logprobs', 'seed', 'kept_state'] as const)('is never %s', (code) => {
    expect(unacceptableLoss(dropped(code), 'allow', null)).toMatchObject({ code });
  });

  it('is a seal whose tool turn is over', () => {
    const notes = dropped('seal');
    expect(unacceptableLoss(notes, 'reject', null)).toBeNull();
    expect(unacceptableLoss(notes, 'reject', 3)).toBeNull();
    expect(unacceptableLoss(notes, 'reject', 2)).toMatchObject({ code: 'seal' });
    expect(unacceptableLoss(notes, 'allow', 2)).toBeNull();
  });

  it('is what is only told in another way', () => {
    const notes = new Notes();
    notes.moved('tool_result', 'turns.1.blocks.0.blocks.1');
    notes.approximated('custom_tool', 'tools.0');
    expect(unacceptableLoss(notes.list, 'reject', 0)).toBeNull();
  });
});

describe('notes in words', () => {
  it('are operational text without commas', () => {
    expect(wordNotes(dropped('seal'))).toEqual([
      'dropped:sampling:topK',
      'dropped:seal:turns.2.blocks.0',
    ]);
    for (const word of wordNotes(dropped('seal')))
      expect(word).toMatch(/^[A-Za-z0-9._:/@-]{1,128}$/);
  });

  it('are bounded, and say how many more there are', () => {
    const notes = new Notes();
    for (let i = 0; i < 10_000; i++) notes.dropped('cache_hint', `turns.${i}`);
    const words = wordNotes(notes.list);
    expect(words).toHaveLength(25);
    expect(words.at(-1)).toBe('more:9976');
    const same = new Notes();
    for (let i = 0; i < 40; i++) same.dropped('opaque_block', 'answer');
    expect(wordNotes(same.list)).toEqual(['dropped:opaque_block:answer']);
  });
});
