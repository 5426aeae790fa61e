import vocabularyData from '../data/vocabulary.json' with { type: 'json' };
import { WORD_FAMILIES, type WordFamily } from './facts.ts';

/** Ideas by family; an idea is a line of words that mean the same to us. At most 31 ideas a family (bits of a number). */
export type VocabularyData = Readonly<Record<WordFamily, readonly string[]>>;

/** The words that ship with this version: part of the policy, and of its hash. */
export const vocabulary: VocabularyData = vocabularyData;

const HASH_SEED = 0x811c9dc5;
const HASH_PRIME = 0x01000193;

/** FNV-1a over the code units of a word, one step. Words are compared by it: no text is cut out of a request. */
export function hashStep(hash: number, codeUnit: number): number {
  return Math.imul(hash ^ codeUnit, HASH_PRIME);
}

export const EMPTY_HASH = HASH_SEED | 0;

/** A word's families and ideas: `family × 32 + idea`, several where a word belongs to several families. */
export type WordIndex = ReadonlyMap<number, readonly number[]>;

export function indexVocabulary(data: VocabularyData): WordIndex {
  const index = new Map<number, number[]>();
  WORD_FAMILIES.forEach((family, familyNumber) => {
    data[family].forEach((line, idea) => {
      for (const word of line.split(' ')) {
        const entry = familyNumber * 32 + idea;
        const hash = hashWord(word);
        const entries = index.get(hash);
        if (entries === undefined) index.set(hash, [entry]);
        else if (!entries.includes(entry)) entries.push(entry);
      }
    });
  });
  return index;
}

export function hashWord(word: string): number {
  let hash = EMPTY_HASH;
  for (let i = 0; i < word.length; i++) hash = hashStep(hash, word.charCodeAt(i));
  return hash;
}

/** The vocabulary that ships with this version, indexed once. */
export const wordIndex: WordIndex = indexVocabulary(vocabularyData);
