import type { Block, JsonObject, Notes, Source } from '@fluxrouter/conversation';
import { compact, Members } from '../translate/members.ts';
import { natives, noteNatives, own } from '../translate/native.ts';
import { FILE_NAME } from '../translate/openai-fields.ts';
import { sourceOf, urlOf } from '../translate/sources.ts';
import { asRecord } from '../usage.ts';

export const HOME = 'openai-responses';
/** A part's type where it is not the one that its role has. */
const FORM = `${HOME}/form`;

/** https://platform.openai.com/docs/api-reference/responses/create#responses-create-input */
export function decodeParts(parts: readonly JsonObject[], textType: string): Block[] {
  return parts.map((part) => decodePart(part, textType));
}

function decodePart(part: JsonObject, textType: string): Block {
  return readPart(new Members(part), textType) ?? { kind: 'opaque', dialect: HOME, value: part };
}

function readPart(members: Members, textType: string): Block | undefined {
  const { type } = members.record;
  switch (type) {
    case 'input_text':
    case 'output_text':
    case 'text': {
      const text = members.string('text');
      if (text === undefined) return undefined;
      const logprobs = members.record['logprobs'];
      const native = restOf(members);
      return compact({
        kind: 'text' as const,
        text,
        logprobs: Array.isArray(logprobs) && logprobs.length > 0 ? logprobs : undefined,
        native: type === textType ? native : { ...native, [FORM]: { type } },
      });
    }
    case 'refusal': {
      const text = members.string('refusal');
      if (text === undefined) return undefined;
      return compact({ kind: 'refusal' as const, text, native: restOf(members) });
    }
    case 'input_image': {
      const source = readSource(members, 'image_url');
      if (source === undefined) return undefined;
      const detail = members.string('detail');
      return compact({ kind: 'image' as const, source, detail, native: restOf(members) });
    }
    case 'input_file': {
      const source = readSource(members, 'file_data') ?? readSource(members, 'file_url');
      if (source === undefined) return undefined;
      const name = members.string('filename');
      return compact({ kind: 'file' as const, source, name, native: restOf(members) });
    }
    case 'input_audio': {
      const inner = asRecord(members.record['input_audio']);
      const { data, format } = inner ?? {};
      if (typeof data !== 'string' || typeof format !== 'string') return undefined;
      members.taken('input_audio');
      return compact({ kind: 'audio' as const, data, format, native: restOf(members) });
    }
    default:
      return undefined;
  }
}

function readSource(members: Members, field: string): Source | undefined {
  const url = members.string(field);
  if (url !== undefined) return sourceOf(url);
  const id = members.string('file_id');
  return id === undefined ? undefined : { at: 'id', id };
}

function restOf(members: Members) {
  members.taken('type');
  return natives(HOME, members.rest());
}

/** A block as a content part; null: it has no place here, and that is noted. */
export function encodePart(
  block: Block,
  textType: string,
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
  const kept = own(block.native, HOME);
  switch (block.kind) {
    case 'text': {
      const type = own(block.native, FORM)?.['type'] ?? textType;
      return { type, text: block.text, ...kept };
    }
    case 'refusal':
      return { type: 'refusal', refusal: block.text, ...kept };
    case 'image': {
      const { source, detail } = block;
      const place = source.at === 'id' ? { file_id: source.id } : { image_url: urlOf(source) };
      return compact({ type: 'input_image', ...place, detail, ...kept });
    }
    case 'file':
      return encodeFile(block, notes, path, kept, home);
    case 'audio': {
      const { data, format } = block;
      return { type: 'input_audio', input_audio: { data, format }, ...kept };
    }
    default:
      notes.dropped('opaque_block', path);
      return null;
  }
}

function encodeFile(
  { source, name }: Extract<Block, { kind: 'file' }>,
  notes: Notes,
  path: string,
  kept: JsonObject | undefined,
  home: boolean,
): JsonObject {
  switch (source.at) {
    case 'text': {
      notes.approximated('document_text', path);
      const text = name === undefined ? source.text : `${name}\n\n${source.text}`;
      return { type: 'input_text', text };
    }
    case 'id':
      return compact({ type: 'input_file', file_id: source.id, filename: name, ...kept });
    case 'url': {
      const field = source.url.startsWith('data:') ? 'file_data' : 'file_url';
      return compact({ type: 'input_file', [field]: source.url, filename: name, ...kept });
    }
    case 'data': {
      const filename = name ?? (home ? undefined : FILE_NAME);
      return compact({ type: 'input_file', file_data: urlOf(source), filename, ...kept });
    }
  }
}
