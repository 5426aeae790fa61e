import {
  type Block,
  type JsonObject,
  type Notes,
  type ReasoningBlock,
  type Role,
  readSeal,
  SEAL_PREFIX,
  type Turn,
  writeSeal,
} from '@fluxrouter/conversation';
import { wrapFreeText } from '../translate/custom-tools.ts';
import { compact, Members } from '../translate/members.ts';
import { natives, noteNatives, own } from '../translate/native.ts';
import { asRecord } from '../usage.ts';
import {
  decodeParts,
  encodeContent,
  encodePart,
  FORM,
  HOME,
  INNER,
  inside,
  joinTexts,
  restOf,
} from './content.ts';

const roles: ReadonlySet<string> = new Set(['system', 'developer', 'user', 'assistant', 'tool']);

/** A message of a request, or an answer's. */
export function decodeMessage(message: JsonObject): Turn {
  const { role } = message;
  if (typeof role !== 'string' || !roles.has(role)) return opaqueTurn(message);
  if (role === 'tool') return decodeResult(message);
  const members = new Members(message);
  members.taken('role');
  const blocks: Block[] = [];
  if (role === 'assistant') blocks.push(...decodeReasoning(members));
  const text = members.string('content');
  if (text !== undefined) blocks.push({ kind: 'text', text });
  else blocks.push(...decodeParts(members.records('content') ?? []));
  if (role === 'assistant') {
    const refusal = message['refusal'];
    if (typeof refusal === 'string' && refusal !== '') {
      members.taken('refusal');
      blocks.push({ kind: 'refusal', text: refusal });
    }
    for (const call of members.records('tool_calls') ?? []) blocks.push(decodeCall(call));
  }
  return compact({
    role: role as Role,
    blocks,
    shorthand: text === undefined ? undefined : (true as const),
    native: natives(HOME, members.rest()),
  });
}

/** The old `function` role: whole, as it came. */
function opaqueTurn(message: JsonObject): Turn {
  return { role: 'tool', blocks: [{ kind: 'opaque', dialect: HOME, value: message }] };
}

function decodeResult(message: JsonObject): Turn {
  const members = new Members(message);
  const callId = members.string('tool_call_id');
  if (callId === undefined) return opaqueTurn(message);
  members.taken('role');
  const text = members.string('content');
  const blocks: Block[] =
    text === undefined ? decodeParts(members.records('content') ?? []) : [{ kind: 'text', text }];
  const result = compact({
    kind: 'toolResult' as const,
    callId,
    blocks,
    shorthand: text === undefined ? undefined : (true as const),
    native: natives(HOME, members.rest()),
  });
  return { role: 'tool', blocks: [result] };
}

function decodeCall(call: JsonObject): Block {
  const members = new Members(call);
  const id = members.string('id');
  const custom = members.record['type'] === 'custom';
  const inner = inside(members, custom ? 'custom' : 'function');
  const name = inner?.string('name');
  const words = inner?.string(custom ? 'input' : 'arguments');
  if (id === undefined || name === undefined || words === undefined) {
    return { kind: 'opaque', dialect: HOME, value: call };
  }
  return compact({
    kind: 'toolCall' as const,
    id,
    name,
    arguments: words,
    custom: custom ? (true as const) : undefined,
    native: restOf(members, inner),
  });
}

/** `reasoning_content` (DeepSeek and most) or `reasoning` (Groq, OpenRouter); our own details with seals. */
function decodeReasoning(members: Members): ReasoningBlock[] {
  const field = typeof members.record['reasoning_content'] === 'string' ? undefined : 'reasoning';
  const text = members.record[field ?? 'reasoning_content'];
  const sealed = decodeDetails(members.record['reasoning_details']);
  if (sealed !== null) {
    members.taken('reasoning_details');
    if (text === sealed.map((block) => block.text).join(''))
      members.taken(field ?? 'reasoning_content');
    return sealed;
  }
  if (typeof text !== 'string' || text === '') return [];
  members.taken(field ?? 'reasoning_content');
  const block: ReasoningBlock = { kind: 'reasoning', text };
  return [field === undefined ? block : { ...block, native: { [FORM]: { field } } }];
}

function decodeDetails(details: unknown): ReasoningBlock[] | null {
  if (!Array.isArray(details) || details.length === 0) return null;
  const blocks: ReasoningBlock[] = [];
  for (const detail of details) {
    const { text, signature, hidden, summary } = asRecord(detail) ?? {};
    if (typeof signature !== 'string' || !signature.startsWith(SEAL_PREFIX)) return null;
    blocks.push(
      compact({
        kind: 'reasoning' as const,
        text: typeof text === 'string' ? text : '',
        hidden: hidden === true ? (true as const) : undefined,
        summary: summary === true ? (true as const) : undefined,
        seal: readSeal(signature, HOME),
      }),
    );
  }
  return blocks;
}

/** Reasoning for a client: its words where chat clients read them, its seals beside. */
function reasoningFields(blocks: readonly ReasoningBlock[]): JsonObject {
  if (blocks.length === 0) return {};
  const text = blocks.map((block) => block.text).join('');
  const field =
    own(blocks[0]?.native, FORM)?.['field'] === 'reasoning' ? 'reasoning' : 'reasoning_content';
  const sealed = blocks.some(({ seal }) => seal !== undefined);
  return {
    ...(text === '' ? {} : { [field]: text }),
    ...(sealed ? { reasoning_details: blocks.map(reasoningDetail) } : {}),
  };
}

export function reasoningDetail({ text, seal, hidden, summary }: ReasoningBlock, index: number) {
  return compact({
    type: 'reasoning.text',
    index,
    text,
    signature: seal === undefined ? undefined : writeSeal(seal, HOME),
    hidden,
    summary,
  });
}

export interface Placed {
  readonly block: Block;
  readonly path: string;
}

/** Blocks of one assistant as one message: its text first, then its calls. */
export function encodeAssistant(
  placed: readonly Placed[],
  shorthand: boolean,
  reasoning: readonly ReasoningBlock[],
  notes: Notes,
  /** Calls of custom tools are told as calls of the functions that stand for them. */
  asFunctions = false,
): Record<string, unknown> {
  const content: Placed[] = [];
  const calls: JsonObject[] = [];
  let refusal: string | undefined;
  for (const { block, path } of placed) {
    if (block.kind === 'reasoning') continue;
    if (block.kind === 'toolCall') calls.push(encodeCall(block, notes, path, asFunctions));
    else if (block.kind === 'opaque' && isCall(block)) calls.push(block.value);
    else if (block.kind === 'refusal' && own(block.native, FORM)?.['part'] !== true) {
      refusal = (refusal ?? '') + block.text;
    } else {
      if (calls.length > 0) notes.moved('order', path);
      content.push({ block, path });
    }
  }
  const words =
    content.length === 0 ? undefined : encodeContent(content, shorthand, notes, !asFunctions);
  return compact({
    role: 'assistant',
    content: Array.isArray(words) && words.length === 0 ? undefined : words,
    refusal,
    ...reasoningFields(reasoning),
    tool_calls: calls.length === 0 ? undefined : calls,
  });
}

function isCall({ dialect, value }: Extract<Block, { kind: 'opaque' }>): boolean {
  return dialect === HOME && (value['function'] !== undefined || value['custom'] !== undefined);
}

function encodeCall(
  call: Extract<Block, { kind: 'toolCall' }>,
  notes: Notes,
  path: string,
  asFunctions: boolean,
): JsonObject {
  noteNatives(notes, call.native, HOME, path);
  const inner = own(call.native, INNER);
  const rest = own(call.native, HOME);
  const { id, name } = call;
  if (call.custom && asFunctions) {
    notes.approximated('custom_tool', path);
    return { id, type: 'function', function: { name, arguments: wrapFreeText(call.arguments) } };
  }
  return call.custom
    ? { id, type: 'custom', custom: { name, input: call.arguments, ...inner }, ...rest }
    : { id, type: 'function', function: { name, arguments: call.arguments, ...inner }, ...rest };
}

/**
 * A tool's result as a message. What a `tool` message cannot hold (images, files) is given back, to
 * go into a user's message after it.
 */
export function encodeResult(
  result: Extract<Block, { kind: 'toolResult' }>,
  notes: Notes,
  path: string,
  home: boolean,
): { readonly message: JsonObject; readonly rest: readonly Placed[] } {
  noteNatives(notes, result.native, HOME, path);
  if (result.isError === true) notes.dropped('tool_result_error', path);
  const texts: Placed[] = [];
  const rest: Placed[] = [];
  result.blocks.forEach((block, i) => {
    const placed = { block, path: `${path}.blocks.${i}` };
    if (home || block.kind === 'text') texts.push(placed);
    else if (block.kind === 'image' || block.kind === 'file') {
      notes.moved('tool_result', placed.path);
      rest.push(placed);
    } else {
      encodePart(block, notes, placed.path, home);
    }
  });
  const words = home ? texts : joinTexts(texts, notes);
  const shorthand = home ? result.shorthand === true : true;
  const content =
    words.length === 0 ? (home ? undefined : '') : encodeContent(words, shorthand, notes, home);
  const message = compact({
    role: 'tool',
    tool_call_id: result.callId,
    content,
    ...own(result.native, HOME),
  });
  return { message, rest };
}
