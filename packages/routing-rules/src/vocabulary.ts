import vocabularyData from '../data/vocabulary.json' with { type: 'json' };
import { WORD_FAMILIES, type WordFamily } from './facts.ts';

/**
 * Ideas by family; an idea is a line of words that mean the same to us. At most 31 ideas a family (bits of a number).
 */
export type VocabularyData = Readonly<Record<WordFamily, readonly string[]>>;

/** The words that ship with this version: part of the policy, and of its hash. */
export const vocabulary: VocabularyData = vocabularyData;

const IDEAS_MAX = 31;

/** FNV-1a over the code units of a word. Words are compared by it: no text is cut out of a request. */
export const EMPTY_HASH = 0x811c9dc5 | 0;
export const HASH_PRIME = 0x01000193;

function hashWord(word: string): number {
  let hash = EMPTY_HASH;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), HASH_PRIME);
  return hash;
}

/**
 * An open-addressed table from word hash to families and ideas. Most words of a request are not in it, and one probe
 * tells so: this look-up is made for every word.
 */
export interface WordTable {
  readonly mask: number;
  readonly hashes: Int32Array;
  /** Index into `entries` plus 1; 0 marks a free slot. */
  readonly slots: Uint16Array;
  /** For each word its `family × 32 + idea`, several where it belongs to several families. */
  readonly entries: readonly (readonly number[])[];
}

/** Throws where a family has too many ideas or two words share a hash. */
export function buildWordTable(data: VocabularyData): WordTable {
  const words = new Map<string, number[]>();
  WORD_FAMILIES.forEach((family, familyNumber) => {
    if (data[family].length > IDEAS_MAX)
      throw new Error(`${family} has more than ${IDEAS_MAX} ideas`);
    data[family].forEach((line, idea) => {
      for (const word of line.split(' ')) {
        const ideas = words.get(word) ?? [];
        if (ideas.length === 0) words.set(word, ideas);
        ideas.push(familyNumber * 32 + idea);
      }
    });
  });
  let size = 64;
  while (size < words.size * 4) size *= 2;
  const mask = size - 1;
  const hashes = new Int32Array(size);
  const slots = new Uint16Array(size);
  const entries: number[][] = [];
  for (const [word, ideas] of words) {
    const hash = hashWord(word);
    let slot = hash & mask;
    while (slots[slot] !== 0) {
      if (hashes[slot] === hash) throw new Error(`${word} has the hash of another word`);
      slot = (slot + 1) & mask;
    }
    hashes[slot] = hash;
    slots[slot] = entries.push(ideas);
  }
  return { mask, hashes, slots, entries };
}

/** Sets the bits of a word's ideas, one number of bits a family. */
export function noteIdeas(table: WordTable, hash: number, ideaBits: Int32Array): void {
  let slot = hash & table.mask;
  while (table.slots[slot] !== 0) {
    if (table.hashes[slot] === hash) {
      for (const entry of table.entries[(table.slots[slot] as number) - 1] as readonly number[]) {
        ideaBits[entry >> 5] = (ideaBits[entry >> 5] as number) | (1 << (entry & 31));
      }
      return;
    }
    slot = (slot + 1) & table.mask;
  }
}

export const wordTable: WordTable = buildWordTable(vocabulary);
