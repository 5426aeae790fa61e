import type { RequestFacts, TextFacts } from './facts.ts';

/** The closed list of what a policy may weigh. Names appear in reasons and contributions. */
export const FEATURES = [
  'ask.length',
  'ask.trivial',
  'ask.analysis',
  'ask.code',
  'ask.codeBlock',
  'ask.math',
  'ask.mathSigns',
  'ask.wordProblem',
  'ask.technical',
  'ask.longWords',
  'ask.steps',
  'ask.constraints',
  'ask.list',
  'ask.question',
  'ask.simple',
  'ask.creative',
  'ask.brevity',
  'ask.greeting',
  'request.effort',
  'request.thinking',
  'request.tools',
] as const;

export type FeatureName = (typeof FEATURES)[number];
export type Features = Readonly<Record<FeatureName, number>>;

const TRIVIAL_WORDS_MAX = 3;
const TRIVIAL_CJK_MAX = 4;
/** A longer ask that begins with a greeting is about something else. */
const GREETING_WORDS_MAX = 6;
const EFFORT_WEIGHT = { none: -1, minimal: -1, low: -0.5, medium: 0, high: 1, xhigh: 1, max: 1 };

/**
 * A turn's and its request's features. Counts enter by their logarithm, so that more of the same soon adds nothing.
 * Nothing that comes after the user's last words is among them (tool results, agent steps and what they carry), so
 * that an agent's loop stays on its model and its cache.
 */
export function featuresOf(turn: TextFacts, facts: RequestFacts): Features {
  const { ideas } = turn;
  const words = Math.max(1, turn.words);
  return {
    'ask.length': turn.words === 0 ? 0 : Math.min(0, Math.log2(1 + turn.words) - 5),
    'ask.trivial': isTrivial(turn) ? 1 : 0,
    'ask.analysis': ideas.analysis,
    'ask.code': ideas.code,
    'ask.codeBlock': Math.log2(1 + turn.codeLines),
    'ask.math': ideas.math,
    'ask.mathSigns': Math.log2(1 + turn.mathSigns),
    'ask.wordProblem': wordProblem(turn),
    'ask.technical': ideas.technical,
    'ask.longWords': turn.words < 6 ? 0 : turn.longWords / words,
    'ask.steps': ideas.steps,
    'ask.constraints': ideas.constraint,
    'ask.list': Math.log2(1 + turn.listItems),
    'ask.question': turn.questionMarks > 0 ? 1 : 0,
    'ask.simple': ideas.simple,
    'ask.creative': ideas.creative,
    'ask.brevity': ideas.brevity,
    'ask.greeting': ideas.greeting > 0 && turn.words <= GREETING_WORDS_MAX ? 1 : 0,
    'request.effort': facts.reasoningEffort === null ? 0 : EFFORT_WEIGHT[facts.reasoningEffort],
    'request.thinking': facts.thinkingBudget === null ? 0 : 1,
    'request.tools': facts.tools > 0 ? 1 : 0,
  };
}

/** Too short to hold a task. Signs of Chinese, Japanese and Korean say more each than half a word does. */
function isTrivial({ words, cjkChars }: TextFacts): boolean {
  return words > 0 && words <= TRIVIAL_WORDS_MAX && cjkChars <= TRIVIAL_CJK_MAX;
}

/**
 * Quantities in prose and a question about them: every step of such a sum must be right. From 0 to 1, full from four
 * numbers and four kinds of quantity words on.
 */
function wordProblem(turn: TextFacts): number {
  const { numbers, questionMarks, codeFences, ideas } = turn;
  if (numbers < 2 || ideas.quantity < 2 || questionMarks === 0 || codeFences > 0) return 0;
  return (Math.min(4, numbers) + Math.min(4, ideas.quantity)) / 8;
}
