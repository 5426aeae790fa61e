import type { Block, JsonObject, Notes, Source } from '@fluxrouter/conversation';
import { compact, Members } from '../translate/members.ts';
import { natives, noteNatives, own } from '../translate/native.ts';
import { FILE_NAME } from '../translate/openai-fields.ts';
import { sourceOf, urlOf } from '../translate/sources.ts';
import { asRecord } from '../usage.ts';

export const HOME = 'openai-chat';
export const INNER = `${HOME}/inner`;
/** Where a part stood, where there are two places for the same thing. */
export const FORM = `${HOME}/form`;

/** https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages */
export function decodeParts(parts: readonly JsonObject[]): Block[] {
  return parts.map(decodePart);
}

function decodePart(part: JsonObject): Block {
  const members = new Members(part);
  const block = part['type'] === undefined ? undefined : readers[String(part['type'])]?.(members);
  return block ?? { kind: 'opaque', dialect: HOME, value: part };
}

const readers: Readonly<Record<string, (members: Members) => Block | undefined>> = {
  text(members) {
    const text = members.string('text');
    if (text === undefined) return undefined;
    return compact({ kind: 'text' as const, text, native: restOf(members) });
  },
  refusal(members) {
    const text = members.string('refusal');
    if (text === undefined) return undefined;
    const native = { ...restOf(members), [FORM]: { part: true } };
    return { kind: 'refusal', text, native };
  },
  image_url(members) {
    const inner = inside(members, 'image_url');
    const url = inner?.string('url');
    if (inner === undefined || url === undefined) return undefined;
    return compact({
      kind: 'image' as const,
      source: sourceOf(url),
      detail: inner.string('detail'),
      native: restOf(members, inner),
    });
  },
  input_audio(members) {
    const inner = inside(members, 'input_audio');
    const data = inner?.string('data');
    const format = inner?.string('format');
    if (data === undefined || format === undefined) return undefined;
    return compact({ kind: 'audio' as const, data, format, native: restOf(members, inner) });
  },
  file(members) {
    const inner = inside(members, 'file');
    if (inner === undefined) return undefined;
    const source = fileSource(inner);
    if (source === undefined) return undefined;
    const name = inner.string('filename');
    return compact({ kind: 'file' as const, source, name, native: restOf(members, inner) });
  },
};

function fileSource(file: Members): Source | undefined {
  const id = file.string('file_id');
  if (id !== undefined) return { at: 'id', id };
  const data = file.string('file_data');
  return data === undefined ? undefined : sourceOf(data);
}

/** The object that holds what a part is about. */
export function inside(members: Members, name: string): Members | undefined {
  const record = asRecord(members.record[name]);
  if (record === undefined) return undefined;
  members.taken(name);
  return new Members(record);
}

export function restOf(members: Members, inner?: Members) {
  members.taken('type');
  return natives(HOME, members.rest(), inner?.rest());
}

/** A block as a content part; null: it has no place in this dialect, and that is noted. */
export function encodePart(
  block: Block,
  notes: Notes,
  path: string,
  home: boolean,
): JsonObject | null {
  if (block.kind === 'opaque') {
    if (block.dialect === HOME) return block.value;
    notes.dropped('opaque_block', path);
    return null;
  }
  noteNatives(notes, block.native, HOME, path);
  const rest = own(block.native, HOME);
  const inner = own(block.native, INNER);
  switch (block.kind) {
    case 'text':
      return { type: 'text', text: block.text, ...rest };
    case 'refusal':
      return { type: 'refusal', refusal: block.text, ...rest };
    case 'image': {
      const url = urlOf(block.source);
      if (url === null) break;
      const detail = block.detail === undefined ? {} : { detail: block.detail };
      return { type: 'image_url', image_url: { url, ...detail, ...inner }, ...rest };
    }
    case 'audio': {
      const audio = { data: block.data, format: block.format, ...inner };
      return { type: 'input_audio', input_audio: audio, ...rest };
    }
    case 'file': {
      const file = encodeFile(block, home);
      if (file === null) break;
      if ('text' in file) {
        notes.approximated('document_text', path);
        return { type: 'text', text: file['text'] };
      }
      return { type: 'file', file: { ...file, ...inner }, ...rest };
    }
    case 'reasoning':
    case 'toolCall':
    case 'toolResult':
      break;
  }
  notes.dropped(block.kind === 'toolResult' ? 'tool_result' : codeOf(block), path);
  return null;
}

function codeOf(block: Block): 'kept_state' | 'file' | 'opaque_block' {
  if (block.kind === 'image') return 'kept_state';
  return block.kind === 'file' ? 'file' : 'opaque_block';
}

/** Chat takes files by their bytes or their id, never by an address. */
function encodeFile(
  { source, name }: Extract<Block, { kind: 'file' }>,
  home: boolean,
): JsonObject | null {
  const filename = name === undefined ? {} : { filename: name };
  switch (source.at) {
    case 'data':
      return { file_data: urlOf(source), ...(home ? filename : { filename: name ?? FILE_NAME }) };
    case 'id':
      return { file_id: source.id, ...filename };
    case 'text':
      return { text: name === undefined ? source.text : `${name}\n\n${source.text}` };
    case 'url':
      // It came as an address that is no data URL we read: in chat it can only be data.
      return source.url.startsWith('data:') ? { file_data: source.url, ...filename } : null;
  }
}

/** Blocks as content: one string where it was one, or where there is nothing but one text. */
export function encodeContent(
  blocks: readonly { readonly block: Block; readonly path: string }[],
  shorthand: boolean,
  notes: Notes,
  home: boolean,
): unknown {
  const [first] = blocks;
  if (shorthand && blocks.length === 1 && first?.block.kind === 'text') {
    noteNatives(notes, first.block.native, HOME, first.path);
    if (own(first.block.native, HOME) === undefined) return first.block.text;
  }
  const parts: JsonObject[] = [];
  for (const { block, path } of blocks) {
    const part = encodePart(block, notes, path, home);
    if (part !== null) parts.push(part);
  }
  return parts;
}

/** Several texts as one, where there is nothing but text. */
export function joinTexts(
  blocks: readonly { readonly block: Block; readonly path: string }[],
  notes: Notes,
): readonly { readonly block: Block; readonly path: string }[] {
  const [first] = blocks;
  if (first === undefined || blocks.length === 1) return blocks;
  const texts: string[] = [];
  for (const { block } of blocks) {
    if (block.kind !== 'text') return blocks;
    texts.push(block.text);
  }
  for (const { block, path } of blocks) {
    if (block.kind === 'text') noteNatives(notes, block.native, HOME, path);
  }
  return [{ block: { kind: 'text', text: texts.join('\n\n') }, path: first.path }];
}
