import {
  type Conversation,
  type Encoded,
  isFrom,
  type JsonObject,
  Notes,
  type OutputFormat,
  type ReasoningBlock,
  type Tool,
  type ToolChoice,
  type Turn,
} from '@fluxrouter/conversation';
import type { Target } from '../translate/codec.ts';
import { freeTextSchema } from '../translate/custom-tools.ts';
import { effortOf } from '../translate/efforts.ts';
import { type Group, groupTurns, type PlacedBlock, placed } from '../translate/groups.ts';
import { compact } from '../translate/members.ts';
import { noteNatives, own } from '../translate/native.ts';
import {
  noteEndUser,
  openAiNatives,
  samplingOf,
  sharedNatives,
} from '../translate/openai-fields.ts';
import { encodeContent, HOME, INNER, joinTexts } from './content.ts';
import { encodeAssistant, encodeResult } from './messages.ts';

export function encodeRequest(conversation: Conversation, target: Target): Encoded {
  const notes = new Notes();
  const home = conversation.dialect === HOME;
  const rest = own(conversation.native, HOME);
  noteNatives(notes, conversation.native, HOME, '', sharedNatives);
  if (conversation.topK !== undefined) notes.dropped('sampling', 'topK');
  const limit = encodeLimit(conversation, target, rest);
  const body: Record<string, unknown> = compact({
    model: target.upstreamModel,
    messages: encodeMessages(conversation, target, home, notes),
    stream: conversation.stream,
    tools: encodeTools(conversation.tools, home, notes),
    tool_choice: encodeToolChoice(conversation.toolChoice, home),
    parallel_tool_calls: conversation.parallelToolCalls,
    response_format: encodeFormat(conversation.output, home),
    ...limit,
    ...samplingOf(conversation, home),
    frequency_penalty: conversation.frequencyPenalty,
    presence_penalty: conversation.presencePenalty,
    seed: conversation.seed,
    stop: rest?.['stop'] === undefined ? conversation.stop : undefined,
    n: conversation.answers,
    ...encodeLogprobs(conversation, rest),
    reasoning_effort: encodeEffort(conversation, notes),
    verbosity: conversation.verbosity,
    user: noteEndUser(conversation, home, notes),
    ...openAiNatives(conversation, HOME),
    ...rest,
  });
  if (target.askUsage === true && conversation.stream === true) {
    const options = rest?.['stream_options'];
    body['stream_options'] = { ...(options as object | undefined), include_usage: true };
  }
  return { body, notes: notes.list };
}

function encodeLimit(
  { maxTokens }: Conversation,
  { maxTokensField }: Target,
  rest: JsonObject | undefined,
): JsonObject {
  // At home `max_tokens` is among what was kept as it came.
  if (maxTokens === undefined || rest?.['max_tokens'] === maxTokens) return {};
  return { [maxTokensField ?? 'max_completion_tokens']: maxTokens };
}

function encodeLogprobs({ logprobs }: Conversation, rest: JsonObject | undefined): JsonObject {
  if (logprobs === undefined) return {};
  if (logprobs === 0 && rest?.['top_logprobs'] === undefined) return { logprobs: true };
  return { logprobs: true, top_logprobs: logprobs };
}

function encodeMessages(
  conversation: Conversation,
  target: Target,
  home: boolean,
  notes: Notes,
): JsonObject[] {
  const messages: JsonObject[] = [];
  const { instructions } = conversation;
  if (instructions !== undefined) {
    const group = { turn: instructions, path: 'instructions' };
    messages.push(encodeWords(group, placed(instructions, 'instructions'), 'system', notes, false));
  }
  const groups = groupTurns(conversation.turns, (side) => !home && side === 'assistant');
  for (const group of groups) {
    if (group.side === 'assistant') {
      const message = encodeAssistantGroup(group, conversation, target, home, notes);
      if (message !== null) messages.push(message);
    } else if (group.side === 'system') {
      const role = home ? (group.turn?.role ?? 'system') : 'system';
      messages.push(encodeWords(group, group.blocks, role, notes, home));
    } else encodeUserGroup(group, home, notes, messages);
  }
  return messages;
}

/** A message that holds nothing but content. */
function encodeWords(
  { turn, path }: { readonly turn: Turn | null; readonly path: string },
  blocks: readonly PlacedBlock[],
  role: string,
  notes: Notes,
  home: boolean,
): JsonObject {
  noteNatives(notes, turn?.native, HOME, path);
  const rest = own(turn?.native, HOME);
  if (blocks.length === 0 && rest?.['content'] !== undefined) return { role, ...rest };
  const shorthand = home ? turn?.shorthand === true : true;
  // Several vendors take nothing but a string from the system.
  const words = home || role !== 'system' ? blocks : joinTexts(blocks, notes);
  return { role, content: encodeContent(words, shorthand, notes, home), ...rest };
}

function encodeUserGroup(group: Group, home: boolean, notes: Notes, messages: JsonObject[]): void {
  const content: PlacedBlock[] = [];
  let hasResults = false;
  for (const entry of group.blocks) {
    const { block, path } = entry;
    if (block.kind === 'toolResult') {
      if (content.length > 0 && !hasResults) notes.moved('order', path);
      hasResults = true;
      const { message, rest } = encodeResult(block, notes, path, home);
      messages.push(message);
      content.push(...rest);
    } else if (home && block.kind === 'opaque' && group.turn?.role === 'tool') {
      messages.push(block.value);
      hasResults = true;
    } else content.push(entry);
  }
  if (content.length > 0 || !hasResults) {
    messages.push(encodeWords(group, content, 'user', notes, home));
  } else noteNatives(notes, group.turn?.native, HOME, group.path);
}

function encodeAssistantGroup(
  group: Group,
  conversation: Conversation,
  target: Target,
  home: boolean,
  notes: Notes,
): JsonObject | null {
  const reasoning: ReasoningBlock[] = [];
  for (const { block, path } of group.blocks) {
    if (block.kind !== 'reasoning') continue;
    if (isFrom(block, conversation.dialect, target)) {
      reasoning.push(block.seal === undefined ? block : unsealed(block));
    } else notes.dropped(block.seal === undefined ? 'reasoning' : 'seal', path);
  }
  noteNatives(notes, group.turn?.native, HOME, group.path);
  const rest = own(group.turn?.native, HOME);
  const single = group.blocks.filter(({ block }) => block.kind === 'text').length === 1;
  const shorthand = home ? group.turn?.shorthand === true : single;
  const message = encodeAssistant(group.blocks, shorthand, reasoning, notes, !home);
  if (!home && message['content'] === undefined) {
    // Nothing of it is left; else: some vendors want the member beside the calls.
    if (message['tool_calls'] === undefined && message['refusal'] === undefined) return null;
    message['content'] = null;
  }
  return { ...message, ...rest };
}

/** Back at home: chat's own reasoning has words and no proof. */
function unsealed({ seal: _, ...block }: ReasoningBlock): ReasoningBlock {
  return block;
}

function encodeTools(
  tools: readonly Tool[] | undefined,
  home: boolean,
  notes: Notes,
): JsonObject[] | undefined {
  const encoded = tools?.flatMap((tool, i) => encodeTool(tool, home, notes, `tools.${i}`));
  return encoded?.length === 0 ? undefined : encoded;
}

function encodeTool(tool: Tool, home: boolean, notes: Notes, path: string): JsonObject[] {
  if (tool.kind === 'opaque') {
    if (tool.dialect === HOME) return [tool.value];
    notes.dropped('tool', path);
    return [];
  }
  noteNatives(notes, tool.native, HOME, path);
  const inner = own(tool.native, INNER);
  const rest = own(tool.native, HOME);
  const { name, description } = tool;
  if (tool.kind === 'custom' && !home) {
    // Few vendors of chat know tools with free text.
    notes.approximated('custom_tool', path);
    const parameters = freeTextSchema(tool.format);
    return [{ type: 'function', function: compact({ name, description, parameters }) }];
  }
  if (tool.kind === 'custom') {
    const custom = compact({ name, description, format: nestedFormat(tool.format), ...inner });
    return [{ type: 'custom', custom, ...rest }];
  }
  const { parameters, strict } = tool;
  return [
    {
      type: 'function',
      function: compact({ name, description, parameters, strict, ...inner }),
      ...rest,
    },
  ];
}

/** Chat puts a grammar into an object of its own. */
function nestedFormat(format: JsonObject | undefined): JsonObject | undefined {
  if (format?.['type'] !== 'grammar') return format;
  const { type, ...grammar } = format;
  return { type, grammar };
}

function encodeToolChoice(choice: ToolChoice | undefined, home: boolean): unknown {
  switch (choice?.mode) {
    case undefined:
      return undefined;
    case 'tool':
      return choice.custom && home
        ? { type: 'custom', custom: { name: choice.name } }
        : { type: 'function', function: { name: choice.name } };
    case 'allowed': {
      const tools = choice.names.map((name) => ({ type: 'function', function: { name } }));
      const mode = choice.required ? 'required' : 'auto';
      return { type: 'allowed_tools', allowed_tools: { mode, tools } };
    }
    default:
      return choice?.mode;
  }
}

function encodeFormat(output: OutputFormat | undefined, home: boolean): JsonObject | undefined {
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
      return {
        type: 'json_schema',
        json_schema: compact({ name, description, schema, strict }),
      };
    }
  }
}

function encodeEffort({ reasoning }: Conversation, notes: Notes): string | undefined {
  if (reasoning === undefined) return undefined;
  if (reasoning.mode === 'budget') notes.approximated('reasoning_effort', 'reasoning');
  if (reasoning.effort !== undefined) {
    if (reasoning.effort !== 'max') return reasoning.effort;
    notes.approximated('reasoning_effort', 'reasoning');
    return 'xhigh';
  }
  if (reasoning.mode === 'budget') return effortOf(reasoning.budgetTokens ?? 0);
  if (reasoning.mode !== undefined) notes.dropped('reasoning_effort', 'reasoning');
  return undefined;
}
