import type { RequestFacts, TextFacts } from './facts.ts';

/** The closed list of what a policy may weigh. Names appear in reasons and contributions. */
export const FEATURES = [
  'ask.length',
  'ask.trivial',
  'ask.greeting',
  'ask.analysis',
  'ask.code',
  'ask.codeBlock',
  'ask.codeSigns',
  'ask.material',
  'ask.proof',
  'ask.math',
  'ask.mathSigns',
  'ask.numbers',
  'ask.wordProblem',
  'ask.science',
  'ask.systems',
  'ask.professional',
  'ask.technical',
  'ask.loose',
  'ask.parts',
  'ask.longWords',
  'ask.steps',
  'ask.constraints',
  'ask.list',
  'ask.options',
  'ask.examples',
  'ask.question',
  'ask.lookup',
  'ask.simple',
  'ask.creative',
  'ask.everyday',
  'ask.brevity',
  'request.effort',
  'request.thinking',
  'request.tools',
] as const;

export type FeatureName = (typeof FEATURES)[number];
export type Features = Readonly<Record<FeatureName, number>>;

/** More than so many words say no more of how hard a task is. */
const LENGTH_LOG2_MAX = 6.5;
const TRIVIAL_WORDS_MAX = 3;
const TRIVIAL_CJK_MAX = 4;
const GREETING_WORDS_MAX = 4;
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
    'ask.length': turn.words === 0 ? 0 : Math.min(LENGTH_LOG2_MAX, Math.log2(1 + turn.words)) - 5,
    'ask.trivial': isTrivial(turn) ? 1 : 0,
    'ask.greeting': ideas.greeting > 0 && turn.words <= GREETING_WORDS_MAX ? 1 : 0,
    'ask.analysis': ideas.analysis,
    'ask.code': ideas.code,
    'ask.codeBlock': Math.log2(1 + turn.codeLines),
    'ask.codeSigns': Math.log2(1 + turn.codeSigns),
    'ask.material': Math.max(0, Math.log2(1 + turn.materialSigns) - 3),
    'ask.proof': ideas.proof,
    'ask.math': ideas.math,
    'ask.mathSigns': Math.log2(1 + turn.mathSigns),
    'ask.numbers': Math.log2(1 + turn.numbers),
    'ask.wordProblem': wordProblem(turn),
    'ask.science': ideas.science,
    'ask.systems': ideas.systems,
    'ask.professional': ideas.professional,
    'ask.technical': isTechnical(turn) ? 1 : 0,
    'ask.loose': technicalIdeas(turn) > 0 ? ideas.loose : Math.max(0, ideas.loose - 1),
    'ask.parts': Math.log2(1 + turn.mixedWords),
    'ask.longWords': turn.words < 6 ? 0 : turn.longWords / words,
    'ask.steps': ideas.steps,
    'ask.constraints': ideas.constraint,
    'ask.list': Math.log2(1 + turn.listItems),
    'ask.options': turn.optionLists > 0 ? 1 : 0,
    'ask.examples': turn.optionLists > 1 ? 1 : 0,
    'ask.question': turn.questionMarks > 0 ? 1 : 0,
    'ask.lookup': ideas.lookup,
    'ask.simple': ideas.simple,
    'ask.creative': ideas.creative,
    'ask.everyday': ideas.everyday,
    'ask.brevity': ideas.brevity,
    'request.effort': facts.reasoningEffort === null ? 0 : EFFORT_WEIGHT[facts.reasoningEffort],
    'request.thinking': facts.thinkingBudget === null ? 0 : 1,
    'request.tools': facts.tools > 0 ? 1 : 0,
  };
}

/** Any word of a technical field: the first says most. */
function isTechnical(turn: TextFacts): boolean {
  return technicalIdeas(turn) > 0 || turn.ideas.loose > 1;
}

/** Words that belong to a field and to everyday speech ("class", "model") count beside one that is of a field only. */
function technicalIdeas({ ideas }: TextFacts): number {
  return ideas.code + ideas.proof + ideas.math + ideas.systems + ideas.science;
}

/** Too short to hold a task. Signs of Chinese, Japanese and Korean say more each than half a word does. */
function isTrivial({ chars, words, cjkChars }: TextFacts): boolean {
  return chars > 0 && words <= TRIVIAL_WORDS_MAX && cjkChars <= TRIVIAL_CJK_MAX;
}

/**
 * Quantities in prose and a question about them: every step of such a sum must be right. From 0 to 1, full from five
 * numbers and five kinds of quantity words on.
 */
function wordProblem({ numbers, questionMarks, codeLines, ideas }: TextFacts): number {
  if (numbers < 1 || ideas.quantity < 2 || numbers + ideas.quantity < 5) return 0;
  if (codeLines > 0 || questionMarks + ideas.request === 0) return 0;
  return (Math.min(5, numbers) + Math.min(5, ideas.quantity)) / 10;
}
