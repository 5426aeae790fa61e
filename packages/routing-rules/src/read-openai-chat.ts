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

/** The messages of a chat completion request. */
export function readOpenaiChat(reader: RequestReader, body: JsonObject): void {
  if (!Array.isArray(body['messages'])) return;
  for (const message of body['messages']) {
    if (!isObject(message)) continue;
    readMessage(reader);
    const content = message['content'];
    switch (message['role']) {
      case 'system':
      case 'developer':
        for (const text of texts(content)) readSystem(reader, text);
        break;
      case 'user':
        readUserContent(reader, content);
        break;
      case 'tool':
      case 'function':
        readToolResult(reader);
        for (const text of texts(content)) readUnscored(reader, text);
        readMedia(reader, content);
        break;
      default:
        for (const text of texts(content)) readUnscored(reader, text);
        if (message['tool_calls'] !== undefined) {
          reader.inToolTurn = true;
          readJson(reader, message['tool_calls']);
        }
    }
  }
}

function readUserContent(reader: RequestReader, content: unknown): void {
  let turn: TextCounter | null = null;
  for (const text of texts(content)) turn = readUserText(reader, text, turn);
  readMedia(reader, content);
}

function readMedia(reader: RequestReader, content: unknown): void {
  if (!Array.isArray(content)) return;
  for (const part of content) {
    if (!isObject(part)) continue;
    if (part['type'] === 'image_url') readImage(reader);
    else if (part['type'] === 'file') readFile(reader);
    else if (part['type'] === 'input_audio') readAudio(reader);
  }
}

/** Content as a string, or the texts of its parts. */
function texts(content: unknown): readonly string[] {
  if (typeof content === 'string') return [content];
  if (!Array.isArray(content)) return [];
  const found: string[] = [];
  for (const part of content) {
    if (isObject(part) && typeof part['text'] === 'string') found.push(part['text']);
    else if (typeof part === 'string') found.push(part);
  }
  return found;
}
