import { classOf, foldUnit, MARK } from './code-units.ts';
import { WORD_FAMILIES } from './facts.ts';
import {
  EMPTY_HASH,
  HASH_PRIME,
  lexicon,
  phraseHash,
  STEM_PREFIX_LETTERS,
  stemHash,
} from './lexicon.ts';

const GREETING = WORD_FAMILIES.indexOf('greeting');
/** Nobody speaks so many words of the lexicon in a row; such a run is stuffing, and none of it counts. */
const RUN_WORDS_MAX = 7;
/** No seven words bring more. */
const RUN_IDEAS_MAX = 64;
const CJK_SIGNS_MAX = 4;
const PLUS = 43;
const HASH_SIGN = 35;
const CPP = wordHash('cpp');
const CSHARP = wordHash('csharp');

const NO_BITS: readonly number[] = WORD_FAMILIES.map(() => 0);

/**
 * The distinct ideas of a text, as bits, one number a word family. Plain arrays: a typed one costs a microsecond to
 * make, and there is a counter for each turn.
 */
export class IdeaCounter {
  readonly #bits = NO_BITS.slice();
  /** The hash of the word before where it begins phrases, else 0. */
  #begun = 0;
  #run = 0;
  /** The ideas that the run of words brought, to be taken back if it goes on. */
  readonly #runIdeas: number[] = [];
  /** Words of greeting, thanks and "please". */
  courtesies = 0;

  count(family: number): number {
    let rest = this.#bits[family] as number;
    let count = 0;
    while (rest !== 0) {
      rest &= rest - 1;
      count++;
    }
    return count;
  }

  /**
   * `prefixHash`: of the word's first letters; `next`: the code unit after the word. False for a word that is stuffing.
   */
  noteWord(
    text: string,
    start: number,
    length: number,
    hash: number,
    prefixHash: number,
    next: number,
  ): boolean {
    const place = lexicon.find(length === 1 ? withSigns(text, start, hash, next) : hash);
    let isKnown = place !== 0 && lexicon.ideaCount(place) > 0;
    if (place !== 0) this.#note(place);
    if (!isKnown && length >= STEM_PREFIX_LETTERS && lexicon.mayHaveStem(prefixHash)) {
      const stem = findStem(text, start, length);
      if (stem !== 0) this.#note(stem);
      isKnown = stem !== 0;
    }
    if (this.#begun !== 0) {
      const phrase = lexicon.find(phraseHash(this.#begun, hash));
      if (phrase !== 0) this.#note(phrase);
    }
    this.#begun = place !== 0 && lexicon.begins(place) ? hash : 0;
    if (!isKnown) {
      if (this.#run > 0) this.#endRun();
      return true;
    }
    this.#run++;
    if (this.#run === RUN_WORDS_MAX) this.#takeBack();
    return this.#run < RUN_WORDS_MAX;
  }

  /** The words that begin with this sign: of two to four signs, the longer ones too. */
  noteCjk(text: string, at: number, end: number): void {
    let hash = Math.imul(EMPTY_HASH ^ text.charCodeAt(at), HASH_PRIME);
    for (let i = at + 1; i < end && i < at + CJK_SIGNS_MAX; i++) {
      hash = Math.imul(hash ^ text.charCodeAt(i), HASH_PRIME);
      const place = lexicon.find(hash);
      if (place === 0) break;
      this.#note(place);
      if (!lexicon.begins(place)) break;
    }
    this.#endRun();
  }

  /** Phrases and runs end with a line. */
  endLine(): void {
    this.#begun = 0;
  }

  #note(place: number): void {
    const count = lexicon.ideaCount(place);
    for (let i = 0; i < count; i++) {
      const idea = lexicon.ideaAt(place, i);
      const family = idea >> 5;
      if (family === GREETING) this.courtesies++;
      const bits = this.#bits[family] as number;
      const bit = 1 << (idea & 31);
      if ((bits & bit) !== 0 || this.#run >= RUN_WORDS_MAX) continue;
      this.#bits[family] = bits | bit;
      if (this.#runIdeas.length < RUN_IDEAS_MAX) this.#runIdeas.push(idea);
    }
  }

  #takeBack(): void {
    for (const idea of this.#runIdeas) {
      const family = idea >> 5;
      this.#bits[family] = (this.#bits[family] as number) & ~(1 << (idea & 31));
    }
  }

  #endRun(): void {
    this.#run = 0;
    this.#runIdeas.length = 0;
  }
}

/** C++ and C# are words, the letter C is none. */
function withSigns(text: string, start: number, hash: number, next: number): number {
  if (next === PLUS && text.charCodeAt(start + 2) === PLUS) return CPP;
  return next === HASH_SIGN ? CSHARP : hash;
}

/** The longest stem that a word begins with; 0: none. */
function findStem(text: string, start: number, length: number): number {
  let hash = EMPTY_HASH;
  let found = 0;
  for (let i = start, letters = 0; letters < length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 128 && classOf(code) === MARK) continue;
    hash = Math.imul(hash ^ foldUnit(code), HASH_PRIME);
    letters++;
    if (letters < STEM_PREFIX_LETTERS) continue;
    const place = lexicon.find(stemHash(hash));
    if (place !== 0) found = place;
  }
  return found;
}

function wordHash(word: string): number {
  let hash = EMPTY_HASH;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), HASH_PRIME);
  return hash;
}
