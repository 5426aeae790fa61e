import {
  type Block,
  type JsonObject,
  type Notes,
  readSeal,
  type Source,
} from '@fluxrouter/conversation';
import { compact, Members } from '../translate/members.ts';
import { natives, noteNatives, own } from '../translate/native.ts';
import { asRecord } from '../usage.ts';

export const HOME = 'anthropic-messages';
const INNER = `${HOME}/inner`;

/** https://docs.anthropic.com/en/api/messages#body-messages-content */
export function decodeBlocks(content: readonly JsonObject[]): Block[] {
  return content.map((record) => {
    const reader = readers[String(record['type'])];
    return reader?.(new Members(record)) ?? { kind: 'opaque', dialect: HOME, value: record };
  });
}

const readers: Readonly<Record<string, (members: Members) => Block | undefined>> = {
  text(members) {
    const text = members.string('text');
    if (text === undefined) return undefined;
    return compact({ kind: 'text' as const, text, native: rest(members) });
  },
  thinking(members) {
    const text = members.string('thinking');
    if (text === undefined) return undefined;
    // An empty signature proves nothing: it is no seal, and goes back as it came.
    const signature = members.record['signature'] === '' ? undefined : members.string('signature');
    const seal = signature === undefined ? undefined : readSeal(signature, HOME);
    return compact({ kind: 'reasoning' as const, text, seal, native: rest(members) });
  },
  redacted_thinking(members) {
    const data = members.string('data');
    if (data === undefined) return undefined;
    const seal = readSeal(data, HOME);
    const native = rest(members);
    return compact({ kind: 'reasoning' as const, text: '', hidden: true as const, seal, native });
  },
  tool_use(members) {
    const id = members.string('id');
    const name = members.string('name');
    const input = members.object('input');
    if (id === undefined || name === undefined || input === undefined) return undefined;
    const words = JSON.stringify(input);
    return compact({
      kind: 'toolCall' as const,
      id,
      name,
      arguments: words,
      native: rest(members),
    });
  },
  tool_result(members) {
    const callId = members.string('tool_use_id');
    if (callId === undefined) return undefined;
    const text = members.string('content');
    const blocks: Block[] =
      text === undefined
        ? decodeBlocks(members.records('content') ?? [])
        : [{ kind: 'text', text }];
    return compact({
      kind: 'toolResult' as const,
      callId,
      blocks,
      shorthand: text === undefined ? undefined : (true as const),
      isError: members.boolean('is_error'),
      native: rest(members),
    });
  },
  image(members) {
    const inner = inside(members);
    const source = inner === undefined ? undefined : decodeSource(inner);
    if (source === undefined) return undefined;
    return compact({ kind: 'image' as const, source, native: rest(members, inner) });
  },
  document(members) {
    const inner = inside(members);
    if (inner === undefined) return undefined;
    const source = decodeTextSource(inner) ?? decodeSource(inner);
    if (source === undefined) return undefined;
    const name = members.string('title');
    return compact({ kind: 'file' as const, source, name, native: rest(members, inner) });
  },
};

function rest(members: Members, inner?: Members) {
  members.taken('type');
  return natives(HOME, members.rest(), inner?.rest());
}

function inside(members: Members): Members | undefined {
  const record = members.object('source');
  return record === undefined ? undefined : new Members(record);
}

function decodeSource(source: Members): Source | undefined {
  const { type } = source.record;
  source.taken('type');
  if (type === 'base64') {
    const mediaType = source.string('media_type');
    const data = source.string('data');
    if (mediaType === undefined || data === undefined) return undefined;
    return { at: 'data', mediaType, data };
  }
  if (type === 'url') {
    const url = source.string('url');
    return url === undefined ? undefined : { at: 'url', url };
  }
  const id = type === 'file' ? source.string('file_id') : undefined;
  return id === undefined ? undefined : { at: 'id', id };
}

function decodeTextSource(source: Members) {
  if (source.record['type'] !== 'text') return undefined;
  source.taken('type');
  const text = source.string('data');
  const mediaType = source.string('media_type') ?? 'text/plain';
  return text === undefined ? undefined : { at: 'text' as const, mediaType, text };
}

/** A block as this dialect says it; null: it has no place here, and that is noted. Reasoning is apart. */
export function encodeBlock(block: Block, notes: Notes, path: string): JsonObject | null {
  if (block.kind === 'opaque') {
    if (block.dialect === HOME) return block.value;
    notes.dropped('opaque_block', path);
    return null;
  }
  noteNatives(notes, block.native, HOME, path);
  const kept = own(block.native, HOME);
  switch (block.kind) {
    case 'text':
      return { type: 'text', text: block.text, ...kept };
    case 'refusal':
      notes.approximated('refusal', path);
      return { type: 'text', text: block.text };
    case 'image': {
      if (block.detail !== undefined && block.detail !== 'auto')
        notes.dropped('image_detail', path);
      const source = { ...encodeSource(block.source), ...own(block.native, INNER) };
      return { type: 'image', source, ...kept };
    }
    case 'file': {
      const source = encodeDocument(block.source);
      if (source === null) break;
      const title = block.name === undefined ? {} : { title: block.name };
      const inner = own(block.native, INNER);
      return { type: 'document', source: { ...source, ...inner }, ...title, ...kept };
    }
    case 'toolCall': {
      const input = readArguments(block, notes, path);
      return { type: 'tool_use', id: callId(block.id), name: block.name, input, ...kept };
    }
    case 'toolResult':
      return encodeResult(block, notes, path);
    case 'audio':
      notes.dropped('audio', path);
      return null;
    case 'reasoning':
      return null;
  }
  notes.dropped('file', path);
  return null;
}

function encodeSource(source: Source): JsonObject {
  switch (source.at) {
    case 'data':
      return { type: 'base64', media_type: source.mediaType, data: source.data };
    case 'url':
      return { type: 'url', url: source.url };
    case 'id':
      return { type: 'file', file_id: source.id };
  }
}

/** Anthropic takes PDF by its bytes, and text as text. */
function encodeDocument(source: Extract<Block, { kind: 'file' }>['source']): JsonObject | null {
  if (source.at === 'text') {
    return { type: 'text', media_type: source.mediaType, data: source.text };
  }
  if (source.at !== 'data') {
    return source.at === 'url' && source.url.startsWith('data:') ? null : encodeSource(source);
  }
  if (source.mediaType.startsWith('text/')) {
    const text = Buffer.from(source.data, 'base64').toString();
    return { type: 'text', media_type: 'text/plain', data: text };
  }
  return source.mediaType === 'application/pdf' ? encodeSource(source) : null;
}

/** A call's input is an object here: free text, and what a model has spoilt, goes into a member. */
function readArguments(
  call: Extract<Block, { kind: 'toolCall' }>,
  notes: Notes,
  path: string,
): JsonObject {
  if (call.custom) {
    notes.approximated('custom_tool', path);
    return { input: call.arguments };
  }
  if (call.arguments.trim() === '') return {};
  try {
    const input = asRecord(JSON.parse(call.arguments));
    if (input !== undefined) return input;
  } catch {
    // Told below, with what is JSON but no object.
  }
  notes.approximated('tool_arguments', path);
  return { arguments: call.arguments };
}

function encodeResult(
  result: Extract<Block, { kind: 'toolResult' }>,
  notes: Notes,
  path: string,
): JsonObject {
  const [first] = result.blocks;
  const parts: JsonObject[] = [];
  const bare =
    result.shorthand === true && result.blocks.length === 1 && first?.kind === 'text'
      ? first.text
      : undefined;
  if (bare === undefined) {
    result.blocks.forEach((block, i) => {
      const part = encodeBlock(block, notes, `${path}.blocks.${i}`);
      if (part !== null && !isEmptyText(part)) parts.push(part);
    });
  } else noteNatives(notes, first && 'native' in first ? first.native : undefined, HOME, path);
  const content = bare ?? (parts.length === 0 ? undefined : parts);
  return compact({
    type: 'tool_result',
    tool_use_id: callId(result.callId),
    content,
    is_error: result.isError,
    ...own(result.native, HOME),
  });
}

/** Anthropic takes letters, digits, `_` and `-`; some vendors' ids have dots and colons. */
export function callId(id: string): string {
  return id.replace(/[^\w-]/g, '_');
}

/** Anthropic refuses an empty text; it says nothing anyway. */
export function isEmptyText(part: JsonObject): boolean {
  return part['type'] === 'text' && part['text'] === '';
}
