import { isObject, type JsonObject } from './json-object.ts';
import {
  type RequestReader,
  readAudio,
  readFile,
  readImage,
  readJson,
  readMessage,
  readSystem,
  readToolResult,
  readUnscored,
  readUserText,
} from './request-reader.ts';
import type { TextCounter } from './scan-text.ts';

/** The instructions and input items of a responses request. */
export function readOpenaiResponses(reader: RequestReader, body: JsonObject): void {
  if (typeof body['instructions'] === 'string') readSystem(reader, body['instructions']);
  const input = body['input'];
  if (typeof input === 'string') {
    readMessage(reader);
    readUserText(reader, input, null);
  } else if (Array.isArray(input)) {
    for (const item of input) if (isObject(item)) readItem(reader, item);
  }
}

function readItem(reader: RequestReader, item: JsonObject): void {
  const type = item['type'];
  // An item without a type is a message ("easy input message").
  if (type === undefined || type === 'message') readMessageItem(reader, item);
  else if (typeof type === 'string' && type !== 'item_reference') readOtherItem(reader, item, type);
}

function readOtherItem(reader: RequestReader, item: JsonObject, type: string): void {
  readMessage(reader);
  if (type.endsWith('_output')) {
    readToolResult(reader);
    readOutput(reader, item['output']);
  } else if (type.endsWith('_call')) {
    reader.inToolTurn = true;
    readJson(reader, item);
  } else if (type === 'reasoning') {
    readJson(reader, item['summary']);
  } else {
    readJson(reader, item);
  }
}

function readMessageItem(reader: RequestReader, item: JsonObject): void {
  readMessage(reader);
  const content = item['content'];
  const parts = Array.isArray(content) ? content : [{ type: 'input_text', text: content }];
  let turn: TextCounter | null = null;
  for (const part of parts) {
    if (!isObject(part)) continue;
    const text = part['text'];
    if (typeof text === 'string') {
      if (item['role'] === 'user') turn = readUserText(reader, text, turn);
      else if (item['role'] === 'assistant') readUnscored(reader, text);
      else readSystem(reader, text);
    } else readMedia(reader, part);
  }
}

function readOutput(reader: RequestReader, output: unknown): void {
  if (!Array.isArray(output)) {
    readJson(reader, output);
    return;
  }
  for (const part of output) {
    if (!isObject(part)) continue;
    if (typeof part['text'] === 'string') readUnscored(reader, part['text']);
    else readMedia(reader, part);
  }
}

function readMedia(reader: RequestReader, part: JsonObject): void {
  if (part['type'] === 'input_image') readImage(reader);
  else if (part['type'] === 'input_file') readFile(reader);
  else if (part['type'] === 'input_audio') readAudio(reader);
}
