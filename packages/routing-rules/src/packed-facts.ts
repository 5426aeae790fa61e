import { DIALECTS } from '@fluxrouter/catalogue';
import {
  REASONING_EFFORTS,
  type RequestFacts,
  type TextFacts,
  WORD_FAMILIES,
  type WordFamily,
} from './facts.ts';

/** Counts up with every change of what a place means. */
const PACKED_VERSION = 1;
const UINT32_MAX = 0xffff_ffff;
/** A longer ask is no follow-up under any policy worth trying: its history is not kept. */
const FOLLOW_UP_WORDS_MAX = 48;

/** The counts of a text, in the order in which they are packed. Append only. */
const TEXT_COUNTS = [
  'chars',
  'words',
  'longWords',
  'mixedWords',
  'cjkChars',
  'numbers',
  'questionMarks',
  'mathSigns',
  'codeSigns',
  'lines',
  'listItems',
  'optionLists',
  'codeLines',
  'materialSigns',
  'tokensEstimate',
] as const satisfies readonly (keyof TextFacts)[];

const FLAGS = ['toolChoiceForced', 'hasToolResults', 'inToolTurn', 'jsonSchema', 'stream'] as const;
const COUNTS = [
  'inputTokensEstimate',
  'systemChars',
  'messages',
  'userTurns',
  'tools',
  'images',
  'files',
  'audio',
  'n',
] as const;
const NULLABLE = ['thinkingBudget', 'maxTokens'] as const;

/**
 * Facts as a short list of whole numbers, for the record: a decision can be made again from it, also under another
 * policy. Who sealed reasoning is not in it: that is a name.
 */
export function packFacts(facts: RequestFacts): number[] {
  const packed = [PACKED_VERSION, DIALECTS.indexOf(facts.dialect)];
  let flags = 0;
  for (let i = 0; i < FLAGS.length; i++)
    if (facts[FLAGS[i] as (typeof FLAGS)[number]]) flags |= 1 << i;
  packed.push(flags);
  const { reasoningEffort } = facts;
  packed.push(reasoningEffort === null ? 0 : REASONING_EFFORTS.indexOf(reasoningEffort) + 1);
  for (const name of COUNTS) packed.push(clamp(facts[name]));
  for (const name of NULLABLE) packed.push(clamp((facts[name] ?? -1) + 1));
  packText(facts.ask, packed);
  if (facts.ask.words <= FOLLOW_UP_WORDS_MAX)
    for (const turn of facts.history) packText(turn, packed);
  return packed;
}

/** Null where the numbers are of another version, or none of ours. */
export function unpackFacts(packed: readonly number[]): RequestFacts | null {
  const [version, dialectNumber = -1, flags = 0, effort = 0] = packed;
  const dialect = DIALECTS[dialectNumber];
  if (version !== PACKED_VERSION || dialect === undefined) return null;
  let at = 4;
  const counts = {} as Record<(typeof COUNTS)[number], number>;
  for (const name of COUNTS) counts[name] = packed[at++] ?? 0;
  const nullable = {} as Record<(typeof NULLABLE)[number], number | null>;
  for (const name of NULLABLE) {
    const value = packed[at++] ?? 0;
    nullable[name] = value === 0 ? null : value - 1;
  }
  const flag = (name: (typeof FLAGS)[number]): boolean =>
    (flags & (1 << FLAGS.indexOf(name))) !== 0;
  const texts: TextFacts[] = [];
  while (at < packed.length) {
    const size = packed[at] ?? 0;
    texts.push(unpackText(packed.slice(at + 1, at + 1 + size)));
    at += 1 + size;
  }
  const [ask, ...history] = texts;
  if (ask === undefined) return null;
  return {
    dialect,
    ask,
    history,
    ...counts,
    ...nullable,
    reasoningEffort: REASONING_EFFORTS[effort - 1] ?? null,
    originProvider: null,
    originModel: null,
    toolChoiceForced: flag('toolChoiceForced'),
    hasToolResults: flag('hasToolResults'),
    inToolTurn: flag('inToolTurn'),
    jsonSchema: flag('jsonSchema'),
    stream: flag('stream'),
  };
}

/** How many numbers follow, then the place and the value of each count that is not 0. */
function packText(text: TextFacts, into: number[]): void {
  const sizeAt = into.push(0) - 1;
  for (let i = 0; i < TEXT_COUNTS.length; i++) {
    const value = text[TEXT_COUNTS[i] as (typeof TEXT_COUNTS)[number]];
    if (value !== 0) into.push(i, clamp(value));
  }
  for (let i = 0; i < WORD_FAMILIES.length; i++) {
    const value = text.ideas[WORD_FAMILIES[i] as WordFamily];
    if (value !== 0) into.push(TEXT_COUNTS.length + i, value);
  }
  into[sizeAt] = into.length - sizeAt - 1;
}

function unpackText(pairs: readonly number[]): TextFacts {
  const values = new Map<number, number>();
  for (let i = 0; i + 1 < pairs.length; i += 2) values.set(pairs[i] ?? 0, pairs[i + 1] ?? 0);
  const counts = {} as Record<(typeof TEXT_COUNTS)[number], number>;
  TEXT_COUNTS.forEach((name, i) => {
    counts[name] = values.get(i) ?? 0;
  });
  const ideas = {} as Record<WordFamily, number>;
  WORD_FAMILIES.forEach((family, i) => {
    ideas[family] = values.get(TEXT_COUNTS.length + i) ?? 0;
  });
  return { ...counts, ideas };
}

function clamp(value: number): number {
  return Math.min(UINT32_MAX, Math.max(0, value));
}
