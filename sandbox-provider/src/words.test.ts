import { describe, expect, test } from 'vitest';
import {
  countTokens,
  cutToTokens,
  deterministicWords,
  padToBytes,
  splitEvenly,
  splitIntoChunks,
  splitIntoWords,
} from './words.ts';

describe('tokens', () => {
  test('a word costs one for every four characters begun', () => {
    expect(countTokens('')).toBe(0);
    expect(countTokens('four fives')).toBe(1 + 2);
    expect(countTokens('  a\n\tbc  ')).toBe(2);
  });

  test('a cut text costs exactly the limit, where it costs more', () => {
    const text = deterministicWords(50);
    for (const limit of [0, 1, 7, 40]) expect(countTokens(cutToTokens(text, limit))).toBe(limit);
    expect(cutToTokens(text, 10_000)).toBe(text);
  });

  test('a cut splits no character', () => {
    for (let limit = 0; limit < 6; limit += 1) {
      expect(cutToTokens('😀😀😀😀😀😀x😀😀😀', limit).isWellFormed()).toBe(true);
    }
  });
});

describe('deltas', () => {
  test('split by words or evenly, they add up to the text', () => {
    for (const text of ['', 'one', '  two  words ', deterministicWords(30), '😀'.repeat(9)]) {
      expect(splitIntoWords(text).join('')).toBe(text);
      for (const count of [1, 2, 7, 100]) {
        expect(splitIntoChunks(text, count).join('')).toBe(text);
        const pieces = splitEvenly(text, count);
        expect(pieces.join('')).toBe(text);
        expect(pieces.every((piece) => piece !== '' && piece.isWellFormed())).toBe(true);
      }
    }
  });

  test('there are as many as asked for where there are characters enough', () => {
    expect(splitIntoChunks(deterministicWords(100), 100)).toEqual(
      splitIntoWords(deterministicWords(100)),
    );
    expect(splitIntoChunks(deterministicWords(99), 10)).toHaveLength(10);
    expect(splitIntoChunks(deterministicWords(9), 20)).toHaveLength(20);
    expect(splitEvenly('abc', 10)).toEqual(['a', 'b', 'c']);
  });
});

test('padding reaches the size to the byte', () => {
  expect(Buffer.byteLength(padToBytes('ä', 1000))).toBe(1000);
  expect(padToBytes('long enough', 3)).toBe('long enough');
});
