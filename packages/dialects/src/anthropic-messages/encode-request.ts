import {
  type Block,
  type Conversation,
  type Encoded,
  isFrom,
  type JsonObject,
  Notes,
  type Tool,
  type Turn,
} from '@fluxrouter/conversation';
import type { Target } from '../translate/codec.ts';
import { freeTextSchema } from '../translate/custom-tools.ts';
import { type Group, groupTurns, type PlacedBlock, placed } from '../translate/groups.ts';
import { compact } from '../translate/members.ts';
import { noteNatives, own } from '../translate/native.ts';
import { encodeBlock, HOME, isEmptyText } from './content.ts';
import { encodeSettings } from './encode-settings.ts';

export function encodeRequest(conversation: Conversation, target: Target): Encoded {
  const notes = new Notes();
  const home = conversation.dialect === HOME;
  noteNatives(notes, conversation.native, HOME, '');
  const turns = groupTurns(conversation.turns, () => !home);
  const system = encodeSystem(conversation, turns, home, notes);
  const messages: JsonObject[] = [];
  for (const group of turns) {
    if (group.side === 'system' && !home) continue;
    const message = encodeGroup(group, conversation, target, home, notes);
    if (message !== null) messages.push(message);
  }
  const body = compact({
    model: target.upstreamModel,
    system,
    messages,
    stream: conversation.stream,
    tools: encodeTools(conversation, home, notes),
    ...encodeSettings(conversation, target, home, notes),
    ...own(conversation.native, HOME),
  });
  return { body, notes: notes.list };
}

/** All that the system says, first: it has no other place in the public dialect. */
function encodeSystem(
  { instructions, turns, output }: Conversation,
  groups: readonly Group[],
  home: boolean,
  notes: Notes,
): unknown {
  if (instructions !== undefined && home) return encodeOwnSystem(instructions, notes);
  const blocks: PlacedBlock[] = [];
  if (instructions !== undefined) blocks.push(...placed(instructions, 'instructions'));
  let begun = false;
  for (const group of groups) {
    if (group.side !== 'system') begun = true;
    else if (!home) {
      if (begun) for (const { path } of group.blocks) notes.moved('system_turn', path);
      blocks.push(...group.blocks);
    }
  }
  for (const [i, turn] of turns.entries()) {
    if (turn.role === 'system' || turn.role === 'developer') {
      noteNatives(notes, turn.native, HOME, `turns.${i}`);
    }
  }
  const parts = encodeAll(blocks, notes);
  if (output?.kind === 'json') {
    notes.approximated('json_mode', 'output');
    parts.push({ type: 'text', text: JSON_ONLY });
  }
  const [only] = parts;
  if (only === undefined) return undefined;
  const isPlain = parts.length === 1 && Object.keys(only).length === 2 && only['type'] === 'text';
  return isPlain ? only['text'] : parts;
}

const JSON_ONLY = 'Answer with one JSON object and nothing else.';

function encodeOwnSystem(instructions: Turn, notes: Notes): unknown {
  const [first] = instructions.blocks;
  if (instructions.shorthand === true && first?.kind === 'text') return first.text;
  return instructions.blocks.map((block, i) =>
    encodeBlock(block, notes, `instructions.blocks.${i}`),
  );
}

function encodeAll(blocks: readonly PlacedBlock[], notes: Notes): JsonObject[] {
  const parts: JsonObject[] = [];
  for (const { block, path } of blocks) {
    const part = encodeBlock(block, notes, path);
    if (part !== null && !isEmptyText(part)) parts.push(part);
  }
  return parts;
}

function encodeGroup(
  group: Group,
  conversation: Conversation,
  target: Target,
  home: boolean,
  notes: Notes,
): JsonObject | null {
  noteNatives(notes, group.turn?.native, HOME, group.path);
  const role = group.side === 'assistant' ? 'assistant' : group.side;
  const kept = own(group.turn?.native, HOME);
  const [first] = group.blocks;
  const shorthand = group.turn?.shorthand === true && group.blocks.length === 1;
  if (shorthand && first?.block.kind === 'text' && (home || first.block.text !== '')) {
    noteNatives(notes, first.block.native, HOME, first.path);
    return { role, content: first.block.text, ...kept };
  }
  const parts: JsonObject[] = [];
  for (const { block, path } of home ? group.blocks : resultsFirst(group.blocks, notes)) {
    const part =
      block.kind === 'reasoning'
        ? encodeReasoning(block, conversation, target, notes, path)
        : encodeBlock(block, notes, path);
    if (part !== null && (home || !isEmptyText(part))) parts.push(part);
  }
  if (parts.length > 0) return { role, content: parts, ...kept };
  if (!home) return null;
  return { role, ...(kept?.['content'] === undefined ? { content: [] } : {}), ...kept };
}

/** What tools said comes first in a message, or Anthropic refuses it. */
function resultsFirst(blocks: readonly PlacedBlock[], notes: Notes): readonly PlacedBlock[] {
  const isResult = ({ block }: PlacedBlock) => block.kind === 'toolResult';
  const last = blocks.findLastIndex(isResult);
  const first = blocks.findIndex((entry) => !isResult(entry));
  if (first < 0 || last < first) return blocks;
  const late = blocks.filter((entry) => !isResult(entry));
  for (const { path } of late) notes.moved('order', path);
  return [...blocks.filter(isResult), ...late];
}

function encodeReasoning(
  block: Extract<Block, { kind: 'reasoning' }>,
  { dialect }: Conversation,
  target: Target,
  notes: Notes,
  path: string,
): JsonObject | null {
  const { seal, text } = block;
  if (!isFrom(block, dialect, target)) {
    notes.dropped(seal === undefined ? 'reasoning' : 'seal', path);
    return null;
  }
  noteNatives(notes, block.native, HOME, path);
  const kept = own(block.native, HOME);
  if (block.hidden === true && seal !== undefined) {
    return { type: 'redacted_thinking', data: seal.data, ...kept };
  }
  const signature = seal === undefined ? {} : { signature: seal.data };
  return { type: 'thinking', thinking: text, ...signature, ...kept };
}

function encodeTools(
  { tools, toolChoice }: Conversation,
  home: boolean,
  notes: Notes,
): JsonObject[] | undefined {
  const encoded: JsonObject[] = [];
  const allowed = toolChoice?.mode === 'allowed' ? new Set(toolChoice.names) : null;
  for (const [i, tool] of (tools ?? []).entries()) {
    if (allowed !== null && tool.kind !== 'opaque' && !allowed.has(tool.name)) continue;
    const one = encodeTool(tool, home, notes, `tools.${i}`);
    if (one !== null) encoded.push(one);
  }
  return encoded.length === 0 ? undefined : encoded;
}

function encodeTool(tool: Tool, home: boolean, notes: Notes, path: string): JsonObject | null {
  if (tool.kind === 'opaque') {
    if (tool.dialect === HOME) return tool.value;
    notes.dropped('tool', path);
    return null;
  }
  noteNatives(notes, tool.native, HOME, path);
  const { name, description } = tool;
  if (tool.kind === 'custom') {
    notes.approximated('custom_tool', path);
    return compact({ name, description, input_schema: freeTextSchema(tool.format) });
  }
  const strict = home || tool.strict === true ? tool.strict : undefined;
  const input_schema = tool.parameters ?? EMPTY_SCHEMA;
  return compact({ name, description, input_schema, strict, ...own(tool.native, HOME) });
}

const EMPTY_SCHEMA = { type: 'object', properties: {} };
