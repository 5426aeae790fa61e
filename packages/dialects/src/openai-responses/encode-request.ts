import {
  type Conversation,
  type Encoded,
  isFrom,
  type JsonObject,
  Notes,
  type OutputFormat,
  type Tool,
  type ToolChoice,
} from '@fluxrouter/conversation';
import type { Target } from '../translate/codec.ts';
import { effortOf } from '../translate/efforts.ts';
import { compact } from '../translate/members.ts';
import { noteNatives, own } from '../translate/native.ts';
import {
  noteEndUser,
  openAiNatives,
  samplingOf,
  sharedNatives,
} from '../translate/openai-fields.ts';
import { HOME } from './content.ts';
import { encodeTurn } from './encode-items.ts';

export function encodeRequest(conversation: Conversation, target: Target): Encoded {
  const notes = new Notes();
  const home = conversation.dialect === HOME;
  noteNatives(notes, conversation.native, HOME, '', sharedNatives);
  if (!home) noteForeign(conversation, notes);
  const rest = own(conversation.native, HOME);
  const reasoning = encodeReasoning(conversation, home, notes);
  const { logprobs } = conversation;
  const body = compact({
    model: target.upstreamModel,
    instructions: encodeInstructions(conversation, notes),
    input: encodeInput(conversation, target, home, notes),
    stream: conversation.stream,
    tools: encodeTools(conversation.tools, home, notes),
    tool_choice: encodeToolChoice(conversation.toolChoice),
    parallel_tool_calls: conversation.parallelToolCalls,
    text: encodeText(conversation, home),
    max_output_tokens: limitOf(conversation, home, notes),
    ...samplingOf(conversation, home),
    reasoning,
    user: noteEndUser(conversation, home, notes),
    ...(home ? {} : { store: false, ...included(logprobs, target.reasons === true) }),
    ...openAiNatives(conversation, HOME),
    ...rest,
  });
  return { body, notes: notes.list };
}

/** The other dialects keep nothing at the provider: what is to be given back must come with the answer. */
function included(logprobs: number | undefined, reasons: boolean): JsonObject {
  const include: string[] = [];
  if (reasons) include.push('reasoning.encrypted_content');
  if (logprobs !== undefined) include.push('message.output_text.logprobs');
  return compact({
    include: include.length === 0 ? undefined : include,
    top_logprobs: logprobs,
  });
}

/** What responses have no word for. */
function noteForeign(conversation: Conversation, notes: Notes): void {
  const { answers, frequencyPenalty, presencePenalty } = conversation;
  if (answers !== undefined && answers > 1) notes.dropped('answers', 'answers');
  if (conversation.seed !== undefined) notes.dropped('seed', 'seed');
  if (conversation.stop !== undefined) notes.dropped('stop', 'stop');
  if (conversation.topK !== undefined) notes.dropped('sampling', 'topK');
  if (frequencyPenalty) notes.dropped('penalties', 'frequencyPenalty');
  if (presencePenalty) notes.dropped('penalties', 'presencePenalty');
}

/** OpenAI's least: https://platform.openai.com/docs/api-reference/responses/create */
const OUTPUT_TOKENS_MIN = 16;

function limitOf({ maxTokens }: Conversation, home: boolean, notes: Notes): number | undefined {
  if (home || maxTokens === undefined || maxTokens >= OUTPUT_TOKENS_MIN) return maxTokens;
  notes.approximated('max_tokens', 'maxTokens');
  return OUTPUT_TOKENS_MIN;
}

function encodeInstructions({ instructions }: Conversation, notes: Notes): string | undefined {
  if (instructions === undefined) return undefined;
  noteNatives(notes, instructions.native, HOME, 'instructions');
  const texts: string[] = [];
  instructions.blocks.forEach((block, i) => {
    const path = `instructions.blocks.${i}`;
    if (block.kind !== 'text') {
      notes.dropped('opaque_block', path);
      return;
    }
    noteNatives(notes, block.native, HOME, path);
    texts.push(block.text);
  });
  return texts.join('\n\n');
}

function encodeInput(
  conversation: Conversation,
  target: Target,
  home: boolean,
  notes: Notes,
): unknown {
  const { turns, shorthand, dialect } = conversation;
  const [only] = turns[0]?.blocks ?? [];
  if (shorthand === true && home && only?.kind === 'text') return only.text;
  const items: JsonObject[] = [];
  const choices = {
    home,
    wrapSeals: false,
    mayReason(block: Extract<typeof only, { kind: 'reasoning' }>, path: string): boolean {
      const may = isFrom(block, dialect, target) && (home || block.seal !== undefined);
      if (!may) notes.dropped(block.seal === undefined ? 'reasoning' : 'seal', path);
      return may;
    },
  };
  turns.forEach((turn, i) => {
    items.push(...encodeTurn(turn, `turns.${i}`, choices, notes));
  });
  return items.length === 0 && home ? undefined : items;
}

function encodeTools(
  tools: readonly Tool[] | undefined,
  home: boolean,
  notes: Notes,
): JsonObject[] | undefined {
  const encoded: JsonObject[] = [];
  for (const [i, tool] of (tools ?? []).entries()) {
    if (tool.kind === 'opaque') {
      if (tool.dialect === HOME) encoded.push(tool.value);
      else notes.dropped('tool', `tools.${i}`);
      continue;
    }
    noteNatives(notes, tool.native, HOME, `tools.${i}`);
    const { name, description } = tool;
    const kept = own(tool.native, HOME);
    if (tool.kind === 'custom') {
      encoded.push(compact({ type: 'custom', name, description, format: tool.format, ...kept }));
      continue;
    }
    // Here strict is what is meant where nothing is said; elsewhere it is not.
    const strict = tool.strict ?? (home ? undefined : false);
    const parameters = tool.parameters ?? (home ? undefined : EMPTY_SCHEMA);
    encoded.push(compact({ type: 'function', name, description, parameters, strict, ...kept }));
  }
  return encoded.length === 0 ? undefined : encoded;
}

const EMPTY_SCHEMA = { type: 'object', properties: {} };

function encodeToolChoice(choice: ToolChoice | undefined): unknown {
  switch (choice?.mode) {
    case undefined:
      return undefined;
    case 'tool':
      return { type: choice.custom ? 'custom' : 'function', name: choice.name };
    case 'allowed': {
      const tools = choice.names.map((name) => ({ type: 'function', name }));
      return { type: 'allowed_tools', mode: choice.required ? 'required' : 'auto', tools };
    }
    default:
      return choice?.mode;
  }
}

function encodeText({ output, verbosity }: Conversation, home: boolean): JsonObject | undefined {
  if (output === undefined && verbosity === undefined) return undefined;
  return compact({ format: formatOf(output, home), verbosity });
}

function formatOf(output: OutputFormat | undefined, home: boolean): JsonObject | undefined {
  switch (output?.kind) {
    case undefined:
      return undefined;
    case 'text':
      return { type: 'text' };
    case 'json':
      return { type: 'json_object' };
    case 'schema': {
      const { description, schema, strict } = output;
      const name = output.name ?? (home ? undefined : 'answer');
      return compact({ type: 'json_schema', name, description, schema, strict });
    }
  }
}

function encodeReasoning(
  { reasoning }: Conversation,
  home: boolean,
  notes: Notes,
): JsonObject | undefined {
  if (reasoning === undefined) return undefined;
  const { mode, effort, summary, budgetTokens } = reasoning;
  if (home) return compact({ effort, summary });
  if (mode === 'off') {
    notes.dropped('reasoning_effort', 'reasoning');
    return undefined;
  }
  if (effort === 'none') return { effort };
  if (mode === 'budget' || effort === 'max') notes.approximated('reasoning_effort', 'reasoning');
  else if (mode === 'adaptive' && effort === undefined) {
    notes.approximated('reasoning_effort', 'reasoning');
  }
  const told = effort === 'max' ? 'xhigh' : effort;
  const chosen = told ?? (mode === 'budget' ? effortOf(budgetTokens ?? 0) : undefined);
  return compact({ effort: chosen, summary: summary ?? 'auto' });
}
