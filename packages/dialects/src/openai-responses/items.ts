import {
  type Block,
  type JsonObject,
  type ReasoningBlock,
  type Role,
  readSeal,
  type Turn,
} from '@fluxrouter/conversation';
import { compact, Members } from '../translate/members.ts';
import { natives } from '../translate/native.ts';
import { asRecord } from '../usage.ts';
import { decodeParts, HOME } from './content.ts';

const roles: ReadonlySet<unknown> = new Set(['user', 'assistant', 'system', 'developer']);

export function textTypeOf(role: string): string {
  return role === 'assistant' ? 'output_text' : 'input_text';
}

/** One item, of a request's input or of an answer's output, is one turn. */
export function decodeItem(item: JsonObject): Turn {
  const { type } = item;
  const isMessage = type === 'message' || type === undefined || type === null;
  const turn = isMessage ? decodeMessage(item) : readers[String(type)]?.(new Members(item));
  return turn ?? opaqueTurn(item);
}

function opaqueTurn(item: JsonObject): Turn {
  const type = String(item['type']);
  const role = type.endsWith('_output') || !type.endsWith('_call') ? 'user' : 'assistant';
  return { role, blocks: [{ kind: 'opaque', dialect: HOME, value: item }] };
}

function decodeMessage(item: JsonObject): Turn | undefined {
  const members = new Members(item);
  const role = members.string('role');
  if (!roles.has(role)) return undefined;
  const text = members.string('content');
  const blocks: Block[] =
    text === undefined
      ? decodeParts(members.records('content') ?? [], textTypeOf(role as string))
      : [{ kind: 'text', text }];
  return compact({
    role: role as Role,
    blocks,
    shorthand: text === undefined ? undefined : (true as const),
    native: natives(HOME, members.rest()),
  });
}

const readers: Readonly<Record<string, (members: Members) => Turn | undefined>> = {
  function_call: (members) => decodeCall(members, 'arguments', undefined),
  custom_tool_call: (members) => decodeCall(members, 'input', true),
  function_call_output: (members) => decodeOutput(members, undefined),
  custom_tool_call_output: (members) => decodeOutput(members, true),
  reasoning: decodeReasoning,
};

function decodeCall(members: Members, field: string, custom: true | undefined): Turn | undefined {
  const id = members.string('call_id');
  const name = members.string('name');
  const words = members.string(field);
  if (id === undefined || name === undefined || words === undefined) return undefined;
  members.taken('type');
  const native = natives(HOME, members.rest());
  const call = compact({ kind: 'toolCall' as const, id, name, arguments: words, custom, native });
  return { role: 'assistant', blocks: [call] };
}

function decodeOutput(members: Members, custom: true | undefined): Turn | undefined {
  const callId = members.string('call_id');
  if (callId === undefined) return undefined;
  members.taken('type');
  const text = members.string('output');
  const blocks: Block[] =
    text === undefined
      ? decodeParts(members.records('output') ?? [], 'input_text')
      : [{ kind: 'text', text }];
  const result = compact({
    kind: 'toolResult' as const,
    callId,
    blocks,
    shorthand: text === undefined ? undefined : (true as const),
    custom,
    native: natives(HOME, members.rest()),
  });
  return { role: 'tool', blocks: [result] };
}

/**
 * A reasoning item: a block for each part of its summary and each of its text; the seal, which is of
 * all of them, is on the last.
 */
function decodeReasoning(members: Members): Turn | undefined {
  const summary = texts(members.record['summary'], 'summary_text');
  const content = texts(members.record['content'], 'reasoning_text');
  if (summary === null || content === null) return undefined;
  for (const name of ['type', 'summary', 'content']) {
    if (
      Array.isArray(members.record[name])
        ? name !== 'content' || content.length > 0
        : name === 'type'
    )
      members.taken(name);
  }
  const sealed = members.string('encrypted_content');
  const native = natives(HOME, members.rest());
  const blocks: ReasoningBlock[] = [
    ...summary.map((text) => ({ kind: 'reasoning' as const, text, summary: true as const })),
    ...content.map((text) => ({ kind: 'reasoning' as const, text })),
  ];
  const last = blocks.pop() ?? { kind: 'reasoning', text: '', hidden: true };
  const seal = sealed === undefined ? undefined : readSeal(sealed, HOME);
  blocks.push(compact({ ...last, seal }));
  return compact({ role: 'assistant' as const, blocks, native });
}

/** The texts of parts of one type; null: there is something else among them. */
function texts(parts: unknown, type: string): string[] | null {
  if (parts === undefined || parts === null) return [];
  if (!Array.isArray(parts)) return null;
  const found: string[] = [];
  for (const value of parts) {
    const part = asRecord(value);
    if (part?.['type'] !== type || typeof part['text'] !== 'string') return null;
    if (Object.keys(part).length !== 2) return null;
    found.push(part['text']);
  }
  return found;
}
