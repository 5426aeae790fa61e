import { CJK, classOf, foldUnit, LETTER, MARK } from './code-units.ts';
import { WORD_FAMILIES, type WordFamily } from './facts.ts';
import { type LexiconData, lexiconData } from './lexicon-data.ts';

const IDEAS_MAX = 31;
/** A stem is looked for only where a word begins like one; so many letters tell. */
export const STEM_PREFIX_LETTERS = 4;
const STEM_FILTER_BITS = 1 << 15;
/** Of the upper bits of a hash; the table goes by the lower ones. */
const FILTER_BITS = 1 << 16;
const CJK_LENGTHS = { min: 2, max: 4 };

/** FNV-1a over the folded code units of a word. Words are compared by it: no text is cut out of a request. */
export const EMPTY_HASH = 0x811c9dc5 | 0;
export const HASH_PRIME = 0x01000193;

/** The hash of two words beside each other. */
export function phraseHash(first: number, second: number): number {
  return Math.imul(first ^ 0x5bd1e995, HASH_PRIME) ^ second;
}

/** What a word is: ideas of its own, the beginning of a phrase or of a longer CJK word. */
interface Entry {
  readonly ideas: number[];
  begins: boolean;
}

/**
 * An open-addressed table from hash to ideas. Most words of a request are not in it, and one probe tells so: this
 * look-up is made for every word.
 */
export class Lexicon {
  readonly #mask: number;
  readonly #hashes: Int32Array;
  /** Where a slot's ideas begin in `#ideas`, plus 1; 0 marks a free slot. */
  readonly #slots: Uint16Array;
  /** For each word: whether it begins a longer one, how many ideas, and each as `family × 32 + idea`. */
  readonly #ideas: Uint16Array;
  readonly #stems = new Uint8Array(STEM_FILTER_BITS >> 3);
  /** Tells of nine in ten words that they are not in the table, from 8 KB that stay in the nearest cache. */
  readonly #filter = new Uint8Array(FILTER_BITS >> 3);

  /** Throws one Error that lists every problem of the data. */
  constructor(data: LexiconData) {
    const problems: string[] = [];
    const entries = this.#readWords(data, problems);
    if (problems.length > 0) {
      throw new Error(`the lexicon has ${problems.length} problems:\n- ${problems.join('\n- ')}`);
    }
    let size = 64;
    while (size < entries.size * 3) size *= 2;
    this.#mask = size - 1;
    this.#hashes = new Int32Array(size);
    this.#slots = new Uint16Array(size);
    const ideas: number[] = [];
    for (const [hash, entry] of entries) {
      const bit = hash >>> 16;
      this.#filter[bit >> 3] = (this.#filter[bit >> 3] as number) | (1 << (bit & 7));
      let slot = hash & this.#mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
      this.#hashes[slot] = hash;
      this.#slots[slot] = ideas.length + 1;
      ideas.push(entry.begins ? 1 : 0, entry.ideas.length, ...entry.ideas);
    }
    this.#ideas = Uint16Array.from(ideas);
  }

  /** The place of a word for `begins`, `ideasAt`; 0: not in the lexicon. */
  find(hash: number): number {
    const bit = hash >>> 16;
    if (((this.#filter[bit >> 3] as number) & (1 << (bit & 7))) === 0) return 0;
    let slot = hash & this.#mask;
    for (;;) {
      const place = this.#slots[slot] as number;
      if (place === 0 || this.#hashes[slot] === hash) return place;
      slot = (slot + 1) & this.#mask;
    }
  }

  begins(place: number): boolean {
    return this.#ideas[place - 1] === 1;
  }

  ideaCount(place: number): number {
    return this.#ideas[place] as number;
  }

  /** `family × 32 + idea`. */
  ideaAt(place: number, index: number): number {
    return this.#ideas[place + 1 + index] as number;
  }

  /** Whether some stem begins with the letters of this hash. */
  mayHaveStem(prefixHash: number): boolean {
    const bit = prefixHash & (STEM_FILTER_BITS - 1);
    return ((this.#stems[bit >> 3] as number) & (1 << (bit & 7))) !== 0;
  }

  #readWords(data: LexiconData, problems: string[]): Map<number, Entry> {
    const entries = new Map<number, Entry>();
    const spellings = new Map<number, string>();
    const names = ideaNames(data, problems);
    const entryOf = (hash: number, spelling: string): Entry => {
      const other = spellings.get(hash);
      if (other !== undefined && other !== spelling) {
        problems.push(`${spelling} has the hash of ${other}`);
      }
      spellings.set(hash, spelling);
      const entry = entries.get(hash) ?? { ideas: [], begins: false };
      entries.set(hash, entry);
      return entry;
    };
    for (const [language, families] of Object.entries(data)) {
      for (const [family, ideas] of Object.entries(families)) {
        for (const [idea, words] of Object.entries(ideas)) {
          const number = names.get(`${family}.${idea}`);
          if (number === undefined) {
            problems.push(`${language}: ${family}.${idea} is no idea of the first language`);
            continue;
          }
          for (const word of words.split(' ')) {
            for (const form of formsOf(word, language)) {
              const problem = this.#addWord(form, number, entryOf);
              if (problem !== null) problems.push(`${language}: ${word}: ${problem}`);
            }
          }
        }
      }
    }
    return entries;
  }

  #addWord(
    word: string,
    idea: number,
    entryOf: (hash: number, spelling: string) => Entry,
  ): string | null {
    const isStem = word.endsWith('*');
    const [first = '', second] = foldWord(word);
    if (first === '') return 'has no letters';
    const firstHash = hashOf(first);
    if (second !== undefined) {
      entryOf(firstHash, first).begins = true;
      const entry = entryOf(phraseHash(firstHash, hashOf(second)), `${first} ${second}`);
      if (!entry.ideas.includes(idea)) entry.ideas.push(idea);
      return null;
    }
    if (classOf(first.charCodeAt(0)) === CJK) {
      if (first.length < CJK_LENGTHS.min || first.length > CJK_LENGTHS.max) {
        return `has not ${CJK_LENGTHS.min} to ${CJK_LENGTHS.max} signs`;
      }
      for (let length = CJK_LENGTHS.min; length < first.length; length++) {
        entryOf(hashOf(first.slice(0, length)), first.slice(0, length)).begins = true;
      }
    }
    if (isStem) {
      if (first.length < STEM_PREFIX_LETTERS) return 'is too short for a stem';
      const bit = hashOf(first.slice(0, STEM_PREFIX_LETTERS)) & (STEM_FILTER_BITS - 1);
      this.#stems[bit >> 3] = (this.#stems[bit >> 3] as number) | (1 << (bit & 7));
    }
    // A stem of its own hash, so that the word "integral" is not every word that begins so.
    const entry = isStem ? entryOf(stemHash(firstHash), `${first}*`) : entryOf(firstHash, first);
    if (!entry.ideas.includes(idea)) entry.ideas.push(idea);
    return null;
  }
}

export function stemHash(hash: number): number {
  return Math.imul(hash ^ 0x2a, HASH_PRIME);
}

/** The ideas of the first language, each with its number `family × 32 + idea`. */
function ideaNames(data: LexiconData, problems: string[]): Map<string, number> {
  const names = new Map<string, number>();
  const [first] = Object.values(data);
  WORD_FAMILIES.forEach((family: WordFamily, familyNumber) => {
    const ideas = Object.keys(first?.[family] ?? {});
    if (ideas.length === 0) problems.push(`${family} has no ideas`);
    if (ideas.length > IDEAS_MAX) problems.push(`${family} has more than ${IDEAS_MAX} ideas`);
    ideas.forEach((idea, i) => {
      names.set(`${family}.${idea}`, familyNumber * 32 + i);
    });
  });
  return names;
}

/** A word and, in Arabic, the same with its article. */
function formsOf(word: string, language: string): string[] {
  return language === 'ar' ? [word, `ال${word}`] : [word];
}

/** The one or two words of an entry, as the scan sees them. */
function foldWord(word: string): string[] {
  const parts: string[] = [''];
  for (const sign of word.normalize('NFC')) {
    const code = sign.charCodeAt(0);
    const kind = classOf(code);
    if (kind === MARK) continue;
    if (kind === LETTER || kind === CJK || (code >= 48 && code <= 57)) {
      parts[parts.length - 1] += String.fromCharCode(foldUnit(code));
    } else if (parts.at(-1) !== '') parts.push('');
  }
  return parts.filter((part) => part !== '').slice(0, 2);
}

function hashOf(word: string): number {
  let hash = EMPTY_HASH;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), HASH_PRIME);
  return hash;
}

export const lexicon = new Lexicon(lexiconData);
