import { isObject, type JsonObject } from './json-object.ts';
import {
  type RequestReader,
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

/** The system prompt and messages of an Anthropic request. */
export function readAnthropicMessages(reader: RequestReader, body: JsonObject): void {
  for (const block of blocksOf(body['system'])) {
    if (typeof block['text'] === 'string') readSystem(reader, block['text']);
  }
  if (!Array.isArray(body['messages'])) return;
  for (const message of body['messages']) {
    if (!isObject(message)) continue;
    readMessage(reader);
    const blocks = blocksOf(message['content']);
    if (message['role'] === 'user') readUserBlocks(reader, blocks);
    else for (const block of blocks) readAssistantBlock(reader, block);
  }
}

function readUserBlocks(reader: RequestReader, blocks: readonly JsonObject[]): void {
  let turn: TextCounter | null = null;
  for (const block of blocks) {
    if (block['type'] === 'text' && typeof block['text'] === 'string') {
      turn = readUserText(reader, block['text'], turn);
    } else if (block['type'] === 'tool_result') {
      readToolResult(reader);
      for (const part of blocksOf(block['content'])) readUnscoredBlock(reader, part);
    } else readUnscoredBlock(reader, block);
  }
}

function readAssistantBlock(reader: RequestReader, block: JsonObject): void {
  if (block['type'] === 'tool_use') {
    reader.inToolTurn = true;
    readJson(reader, block['input']);
  } else if (typeof block['thinking'] === 'string') readUnscored(reader, block['thinking']);
  else readUnscoredBlock(reader, block);
}

function readUnscoredBlock(reader: RequestReader, block: JsonObject): void {
  if (typeof block['text'] === 'string') readUnscored(reader, block['text']);
  else if (block['type'] === 'image') readImage(reader);
  else if (block['type'] === 'document') readDocument(reader, block['source']);
  else if (block['type'] === 'search_result') readJson(reader, block['content']);
}

/** A document of plain text needs no model that reads files. */
function readDocument(reader: RequestReader, source: unknown): void {
  if (isObject(source) && source['type'] === 'text' && typeof source['data'] === 'string') {
    readUnscored(reader, source['data']);
  } else if (isObject(source) && source['type'] === 'content') {
    for (const block of blocksOf(source['content'])) readUnscoredBlock(reader, block);
  } else readFile(reader);
}

/** Content as a string is one text block. */
function blocksOf(content: unknown): readonly JsonObject[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return Array.isArray(content) ? content.filter(isObject) : [];
}
