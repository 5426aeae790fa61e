import {
  type Block,
  type JsonObject,
  type Notes,
  type ReasoningBlock,
  type Turn,
  writeSeal,
} from '@fluxrouter/conversation';
import { compact } from '../translate/members.ts';
import { noteNatives, own } from '../translate/native.ts';
import { encodePart, HOME } from './content.ts';
import { textTypeOf } from './items.ts';

interface Choices {
  /** The conversation is of this dialect: a turn is one item, and gets back what was kept of it. */
  readonly home: boolean;
  /** Whether reasoning may go along, and if not, why: the note that says so is written by it. */
  mayReason(block: ReasoningBlock, path: string): boolean;
  /** In an answer of ours seals are wrapped; in a request to their origin they are bare. */
  readonly wrapSeals: boolean;
}

/** A turn as items: what is said becomes messages, calls, results and reasoning stand for themselves. */
export function encodeTurn(turn: Turn, path: string, choices: Choices, notes: Notes): JsonObject[] {
  const { home } = choices;
  noteNatives(notes, turn.native, HOME, path);
  const kept = home ? own(turn.native, HOME) : undefined;
  const items: JsonObject[] = [];
  let parts: { readonly block: Block; readonly path: string }[] = [];
  let reasoning: ReasoningBlock[] = [];
  const flush = (): void => {
    if (parts.length > 0) items.push(message(turn, parts, kept, home, notes));
    parts = [];
    if (reasoning.length > 0) items.push(reasoningItem(reasoning, kept, choices));
    reasoning = [];
  };
  turn.blocks.forEach((block, i) => {
    const at = `${path}.blocks.${i}`;
    if (block.kind === 'reasoning') {
      if (parts.length > 0) flush();
      if (!choices.mayReason(block, at)) return;
      noteNatives(notes, block.native, HOME, at);
      reasoning.push(block);
      if (block.seal !== undefined) flush();
      return;
    }
    const item = standAlone(block, at, home, notes);
    if (item === null) {
      if (reasoning.length > 0) flush();
      parts.push({ block, path: at });
      return;
    }
    flush();
    items.push(item);
  });
  flush();
  if (items.length === 0 && home) items.push(message(turn, [], kept, home, notes));
  return items;
}

/** null: it is a part of a message. */
function standAlone(block: Block, path: string, home: boolean, notes: Notes): JsonObject | null {
  switch (block.kind) {
    case 'toolCall': {
      noteNatives(notes, block.native, HOME, path);
      const { id, name, custom } = block;
      const kept = own(block.native, HOME);
      return custom
        ? { type: 'custom_tool_call', call_id: id, name, input: block.arguments, ...kept }
        : { type: 'function_call', call_id: id, name, arguments: block.arguments, ...kept };
    }
    case 'toolResult':
      return result(block, path, home, notes);
    case 'opaque':
      return block.dialect === HOME && isItem(block.value) ? block.value : null;
    default:
      return null;
  }
}

/** Not a part of a message: those have types of their own. */
function isItem({ type }: JsonObject): boolean {
  return (
    typeof type !== 'string' || !/^(?:input|output)_(?:text|image|file|audio)$|^refusal$/.test(type)
  );
}

function result(
  block: Extract<Block, { kind: 'toolResult' }>,
  path: string,
  home: boolean,
  notes: Notes,
): JsonObject {
  noteNatives(notes, block.native, HOME, path);
  if (block.isError === true) notes.dropped('tool_result_error', path);
  const [first] = block.blocks;
  const single = block.blocks.length === 1 && first?.kind === 'text';
  let output: unknown;
  if (single && (block.shorthand === true || !home)) {
    noteNatives(notes, first.native, HOME, `${path}.blocks.0`);
    output = first.text;
  } else {
    const parts = block.blocks.flatMap(
      (part, i) => encodePart(part, 'input_text', notes, `${path}.blocks.${i}`, home) ?? [],
    );
    output = parts.length > 0 ? parts : home ? undefined : '';
  }
  const type = block.custom ? 'custom_tool_call_output' : 'function_call_output';
  return compact({ type, call_id: block.callId, output, ...own(block.native, HOME) });
}

function message(
  turn: Turn,
  parts: readonly { readonly block: Block; readonly path: string }[],
  kept: JsonObject | undefined,
  home: boolean,
  notes: Notes,
): JsonObject {
  const role = turn.role === 'tool' ? 'user' : turn.role;
  const [first] = parts;
  const type = home ? undefined : 'message';
  if (
    turn.shorthand === true &&
    parts.length === 1 &&
    first?.block.kind === 'text' &&
    (home || role !== 'assistant')
  ) {
    noteNatives(notes, first.block.native, HOME, first.path);
    return compact({ type, role, content: first.block.text, ...kept });
  }
  const content = parts.flatMap(
    ({ block, path }) => encodePart(block, textTypeOf(role), notes, path, home) ?? [],
  );
  const empty = content.length === 0 && kept?.['content'] !== undefined;
  return compact({ type, role, content: empty ? undefined : content, ...kept });
}

export function reasoningItem(
  blocks: readonly ReasoningBlock[],
  kept: JsonObject | undefined,
  { home, wrapSeals }: Pick<Choices, 'home' | 'wrapSeals'>,
): JsonObject {
  const summary: JsonObject[] = [];
  const content: JsonObject[] = [];
  let sealed: string | undefined;
  for (const { text, summary: short, hidden, seal } of blocks) {
    if (seal !== undefined) sealed = wrapSeals ? writeSeal(seal, HOME) : seal.data;
    if (hidden === true && text === '') continue;
    // Clients read the summary; the words themselves go where OpenAI's open models put them.
    if (short === true || !home) summary.push({ type: 'summary_text', text });
    else content.push({ type: 'reasoning_text', text });
  }
  return compact({
    type: 'reasoning',
    summary: kept?.['summary'] === undefined ? summary : undefined,
    content: content.length === 0 ? undefined : content,
    encrypted_content: sealed,
    ...kept,
  });
}
