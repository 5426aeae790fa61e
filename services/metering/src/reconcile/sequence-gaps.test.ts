import { expect, it } from 'vitest';
import { SequenceGaps } from './sequence-gaps.ts';

const noteAll = (gaps: SequenceGaps, sequences: readonly number[], atMs = 0) => {
  for (const sequence of sequences) gaps.note('journal-a', sequence, atMs);
};

it('takes what comes late from another partition for no gap', () => {
  const gaps = new SequenceGaps(1_000);
  noteAll(gaps, [1, 2, 5, 6]);
  noteAll(gaps, [4, 3], 900);
  expect(gaps.take(5_000)).toEqual([]);
});

it('tells a number that never came, once', () => {
  const gaps = new SequenceGaps(1_000);
  noteAll(gaps, [1, 2, 5, 6, 8]);
  expect(gaps.take(999)).toEqual([]);
  expect(gaps.take(1_000)).toEqual([
    { journal: 'journal-a', first: 3, missing: 2 },
    { journal: 'journal-a', first: 7, missing: 1 },
  ]);
  expect(gaps.take(9_000)).toEqual([]);
});

it('knows journals apart, and copies for copies', () => {
  const gaps = new SequenceGaps(1_000);
  noteAll(gaps, [10, 11, 10, 11, 12]);
  gaps.note('journal-b', 1, 0);
  gaps.note('journal-b', 2, 0);
  expect(gaps.take(5_000)).toEqual([]);
});
