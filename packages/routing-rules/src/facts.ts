import type { Dialect } from '@fluxrouter/catalogue';

/** The closed list of word families that are counted; their words are data (`data/lexicon/`). */
export const WORD_FAMILIES = [
  'analysis',
  'code',
  'proof',
  'math',
  'science',
  'systems',
  'professional',
  'loose',
  'steps',
  'constraint',
  'quantity',
  'lookup',
  'simple',
  'creative',
  'everyday',
  'brevity',
  'greeting',
  'request',
] as const;

export type WordFamily = (typeof WORD_FAMILIES)[number];

/**
 * Counts of one user turn. Numbers only: the text itself is never kept. All but `chars` and `tokensEstimate` are of
 * the ask, the part in which the user speaks, and not of the material that is pasted with it (`findAsk`).
 */
export interface TextFacts {
  /** UTF-16 code units, the material too. */
  readonly chars: number;
  /** Runs of letters, greetings and thanks and "please" left out; a CJK sign counts as half a word. */
  readonly words: number;
  readonly longWords: number;
  /** Words with digits in them, as names of versions and parts are. */
  readonly mixedWords: number;
  readonly cjkChars: number;
  /** Runs of digits: quantities, years, list numbers. */
  readonly numbers: number;
  readonly questionMarks: number;
  readonly mathSigns: number;
  readonly codeSigns: number;
  readonly lines: number;
  readonly listItems: number;
  /** Lists of answers to choose from (A, B, C …), the material's too. */
  readonly optionLists: number;
  /** Lines inside code fences, and signs of code in the material. */
  readonly codeLines: number;
  readonly materialSigns: number;
  /** Distinct ideas of each word family, not hits: repeating a word adds nothing. */
  readonly ideas: Readonly<Record<WordFamily, number>>;
  readonly tokensEstimate: number;
}

export const REASONING_EFFORTS = [
  'none',
  'minimal',
  'low',
  'medium',
  'high',
  'xhigh',
  'max',
] as const;

export type ReasoningEffort = (typeof REASONING_EFFORTS)[number];

/** A request as counts and flags. The same whatever dialect it came in. */
export interface RequestFacts {
  readonly dialect: Dialect;
  /** The last words that the user wrote: not tool results, not an agent's envelope. */
  readonly ask: TextFacts;
  /** The user's turns before it, oldest first, at most `HISTORY_TURNS_MAX`. */
  readonly history: readonly TextFacts[];
  /** Everything that the model will read, tokens: messages, system, tools; images at a flat rate. */
  readonly inputTokensEstimate: number;
  readonly systemChars: number;
  readonly messages: number;
  readonly userTurns: number;
  readonly tools: number;
  readonly toolChoiceForced: boolean;
  /** Tool results anywhere, and whether the conversation stands in an unfinished tool turn. */
  readonly hasToolResults: boolean;
  readonly inToolTurn: boolean;
  /**
   * The provider that sealed the reasoning of an unfinished tool turn, and the catalogue id of its model where that
   * is known: no other provider takes such a conversation. null: nothing sealed.
   */
  readonly originProvider: string | null;
  readonly originModel: string | null;
  readonly images: number;
  readonly files: number;
  readonly audio: number;
  readonly jsonSchema: boolean;
  readonly reasoningEffort: ReasoningEffort | null;
  /** Tokens; null where thinking is off or has no budget. */
  readonly thinkingBudget: number | null;
  readonly maxTokens: number | null;
  readonly stream: boolean;
  readonly n: number;
}

/** Where sealed reasoning comes from; read from a request by its dialect. */
export interface SealedOrigin {
  readonly provider: string;
  readonly model: string | null;
}

/** How far back the history is looked at. */
export const HISTORY_TURNS_MAX = 8;
