import {
  type Conversation,
  isFrom,
  type JsonObject,
  type Notes,
  unfinishedToolTurn,
} from '@fluxrouter/conversation';
import type { Target } from '../translate/codec.ts';
import { budgetOf, LEAST_BUDGET } from '../translate/efforts.ts';
import { compact } from '../translate/members.ts';

/** For a model whose own limit is not known, tokens. */
const OUTPUT_TOKENS_DEFAULT = 4_096;

/** All of a request but what is said in it. */
export function encodeSettings(
  conversation: Conversation,
  target: Target,
  home: boolean,
  notes: Notes,
): JsonObject {
  return home ? ownSettings(conversation) : foreignSettings(conversation, target, notes);
}

function ownSettings(conversation: Conversation): JsonObject {
  const { toolChoice, parallelToolCalls, reasoning, output, endUser } = conversation;
  const config = compact({ format: formatOf(output), effort: reasoning?.effort });
  const thinking = compact({
    type: reasoning?.mode === undefined ? undefined : types[reasoning.mode],
    budget_tokens: reasoning?.budgetTokens,
  });
  const choice = compact({
    ...choiceOf(toolChoice),
    disable_parallel_tool_use: parallelToolCalls === undefined ? undefined : !parallelToolCalls,
  });
  return {
    max_tokens: conversation.maxTokens,
    temperature: conversation.temperature,
    top_p: conversation.topP,
    top_k: conversation.topK,
    stop_sequences: conversation.stop,
    tool_choice: unlessEmpty(choice),
    output_config: unlessEmpty(config),
    thinking: unlessEmpty(thinking),
    metadata: endUser === undefined ? undefined : { user_id: endUser },
  };
}

const types = { budget: 'enabled', adaptive: 'adaptive', off: 'disabled' } as const;

function unlessEmpty(object: object): object | undefined {
  return Object.keys(object).length === 0 ? undefined : object;
}

function formatOf(output: Conversation['output']): JsonObject | undefined {
  return output?.kind === 'schema' ? { type: 'json_schema', schema: output.schema } : undefined;
}

function choiceOf(choice: Conversation['toolChoice']): JsonObject {
  switch (choice?.mode) {
    case undefined:
      return {};
    case 'tool':
      return { type: 'tool', name: choice.name };
    case 'allowed':
      return { type: choice.required ? 'any' : 'auto' };
    case 'required':
      return { type: 'any' };
    default:
      return { type: choice?.mode };
  }
}

function foreignSettings(conversation: Conversation, target: Target, notes: Notes): JsonObject {
  noteForeign(conversation, notes);
  const { parallelToolCalls, tools } = conversation;
  const maxTokens = limitOf(conversation, target, notes);
  const thinks = thinkingOf(conversation, target, maxTokens, notes);
  const choice = choiceOf(conversation.toolChoice);
  if (parallelToolCalls === false && tools !== undefined && choice['type'] !== 'none') {
    Object.assign(choice, { type: choice['type'] ?? 'auto', disable_parallel_tool_use: true });
  }
  const config = compact({ format: formatOf(conversation.output), effort: thinks.effort });
  return {
    max_tokens: maxTokens,
    ...samplingOf(conversation, thinks.thinking !== undefined, notes),
    stop_sequences: conversation.stop,
    tool_choice: unlessEmpty(choice),
    output_config: unlessEmpty(config),
    thinking: thinks.thinking,
    metadata: conversation.endUser === undefined ? undefined : { user_id: conversation.endUser },
  };
}

/** What Anthropic has no word for. */
function noteForeign(conversation: Conversation, notes: Notes): void {
  const { output, answers, frequencyPenalty, presencePenalty } = conversation;
  if (answers !== undefined && answers > 1) notes.dropped('answers', 'answers');
  if (conversation.seed !== undefined) notes.dropped('seed', 'seed');
  if (conversation.logprobs !== undefined) notes.dropped('logprobs', 'logprobs');
  if (frequencyPenalty) notes.dropped('penalties', 'frequencyPenalty');
  if (presencePenalty) notes.dropped('penalties', 'presencePenalty');
  if (conversation.verbosity !== undefined) notes.dropped('verbosity', 'verbosity');
  if (conversation.toolChoice?.mode === 'allowed') notes.approximated('tool_choice', 'toolChoice');
  if (output?.kind !== 'schema') return;
  if (output.description !== undefined || output.strict === false) {
    notes.dropped('schema_detail', 'output');
  }
}

function limitOf({ maxTokens }: Conversation, target: Target, notes: Notes): number {
  const most = target.maxOutputTokens;
  if (maxTokens === undefined) return most ?? OUTPUT_TOKENS_DEFAULT;
  if (most === undefined || maxTokens <= most) return maxTokens;
  notes.approximated('max_tokens', 'maxTokens');
  return most;
}

/** Both at once are refused by the newer models, and either beside thinking. */
function samplingOf(
  { temperature, topP, topK }: Conversation,
  thinks: boolean,
  notes: Notes,
): JsonObject {
  if (thinks) {
    if (temperature !== undefined && temperature !== 1) notes.dropped('sampling', 'temperature');
    if (topP !== undefined && topP !== 1) notes.dropped('sampling', 'topP');
    return {};
  }
  if (temperature === undefined) return { top_p: topP, top_k: topK };
  if (temperature > 1) notes.approximated('sampling', 'temperature');
  if (topP !== undefined && topP !== 1) notes.dropped('sampling', 'topP');
  return { temperature: Math.min(1, temperature), top_k: topK };
}

interface Thinking {
  readonly thinking?: JsonObject;
  readonly effort?: string;
}

/** https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking */
function thinkingOf(
  conversation: Conversation,
  target: Target,
  maxTokens: number,
  notes: Notes,
): Thinking {
  const { reasoning, toolChoice } = conversation;
  const effort = reasoning?.effort;
  if (effort === undefined || effort === 'none') return {};
  const isForced = toolChoice?.mode === 'required' || toolChoice?.mode === 'tool';
  if (isForced || !mayThink(conversation, target)) {
    notes.dropped('reasoning_effort', 'reasoning');
    return {};
  }
  if (effort === 'minimal') notes.approximated('reasoning_effort', 'reasoning');
  if (target.thinking !== 'budget') {
    return { thinking: { type: 'adaptive' }, effort: effort === 'minimal' ? 'low' : effort };
  }
  const budget = Math.min(budgetOf(effort), maxTokens - LEAST_ANSWER);
  if (budget < LEAST_BUDGET) {
    notes.dropped('reasoning_effort', 'reasoning');
    return {};
  }
  if (effort !== 'minimal') notes.approximated('reasoning_effort', 'reasoning');
  return { thinking: { type: 'enabled', budget_tokens: budget } };
}

/** What a limit leaves for the answer beside thinking, tokens. */
const LEAST_ANSWER = 256;

/**
 * A tool turn that is under way must begin with thinking of the model's own, or go on without any.
 */
function mayThink(conversation: Conversation, target: Target): boolean {
  const from = unfinishedToolTurn(conversation);
  if (from === null || target.thinking !== 'budget') return true;
  for (const { blocks } of conversation.turns.slice(from)) {
    for (const block of blocks) {
      if (block.kind === 'reasoning') return isFrom(block, conversation.dialect, target);
    }
  }
  return false;
}
