import { expect, it } from 'vitest';
import { readUpToMs, SequenceGaps } from './sequence-gaps.ts';

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

it('takes back what comes after all', () => {
  const gaps = new SequenceGaps(1_000);
  noteAll(gaps, [1, 2, 5]);
  expect(gaps.take(1_000)).toEqual([{ journal: 'journal-a', first: 3, missing: 2 }]);
  noteAll(gaps, [3], 1_500);
  expect(gaps.missing).toBe(1);
  noteAll(gaps, [4, 3, 6], 2_500);
  expect(gaps.missing).toBe(0);
  expect(gaps.take(9_000)).toEqual([]);
});

it('begins in the middle of a journal of which another life has read some, and finds the gaps after it', () => {
  const gaps = new SequenceGaps(1_000, 5_000);
  // Of another partition, not committed yet; 51 was, and is not read again.
  noteAll(gaps, [50], 4_000);
  // Half of a batch had gone to the log before: 52 is not read again either.
  noteAll(gaps, [53, 54], 5_000);
  noteAll(gaps, [56, 60], 6_500);
  expect(gaps.take(7_499)).toEqual([]);
  expect(gaps.take(7_500)).toEqual([
    { journal: 'journal-a', first: 55, missing: 1 },
    { journal: 'journal-a', first: 57, missing: 3 },
  ]);
});

it('knows journals apart, and copies for copies', () => {
  const gaps = new SequenceGaps(1_000);
  noteAll(gaps, [1, 2, 1, 2, 3]);
  gaps.note('journal-b', 1, 0);
  gaps.note('journal-b', 2, 0);
  expect(gaps.take(5_000)).toEqual([]);
});

it('waits for a partition that is behind, however long it takes', () => {
  const gaps = new SequenceGaps(1_000);
  // The busy partition has 3 to 9 and is read up to 50; the others are at their end.
  noteAll(gaps, [1, 2, 10, 11], 100);
  const committed = new Map([
    [0, { offset: 5n, metadata: '' }],
    [1, { offset: 900n, metadata: '' }],
  ]);
  const readMs = new Map([
    [0, 200],
    [1, 50],
  ]);
  const behind = new Map([
    [0, 5n],
    [1, 1_000_000n],
  ]);
  expect(readUpToMs(committed, behind, readMs, 3_600_000)).toBe(50);
  expect(gaps.take(50)).toEqual([]);
  const atEnd = new Map([
    [0, 5n],
    [1, 900n],
  ]);
  expect(readUpToMs(committed, atEnd, readMs, 3_600_000)).toBe(3_600_000);
  expect(gaps.take(3_600_000)).toEqual([{ journal: 'journal-a', first: 3, missing: 7 }]);
});

it('takes a partition that nothing was read of yet for one that is at its beginning', () => {
  expect(readUpToMs(new Map(), new Map([[0, 1n]]), new Map(), 5_000)).toBe(0);
});

it('keeps a bounded number of them, and takes the rest for no loss', () => {
  const gaps = new SequenceGaps(1_000);
  const everyOther = Array.from({ length: 100_002 }, (_, n) => 2 * n + 1);
  noteAll(gaps, everyOther);
  expect(gaps.take(10_000)).toEqual([]);
  const last = everyOther.at(-1) ?? 0;
  noteAll(gaps, [last + 1, last + 3]);
  expect(gaps.take(10_000)).toEqual([{ journal: 'journal-a', first: last + 2, missing: 1 }]);
});
