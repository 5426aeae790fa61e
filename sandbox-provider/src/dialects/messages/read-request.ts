import {
  type AskReading,
  readEffort,
  readStop,
  refuse,
  type Tool,
  type ToolChoice,
  tokensPerImage,
  tokensPerMessage,
} from '../../ask.ts';
import { asArray, asCount, asObject, asString, isObject, type JsonObject } from '../../json.ts';
import { countTokens } from '../../words.ts';
import { PromptCache } from './prompt-cache.ts';

/** Reads a `/v1/messages` body; `count_tokens` needs no `max_tokens`. */
export function readMessagesRequest(body: JsonObject, counting: boolean): AskReading {
  const refusal = findRefusal(body, counting);
  if (refusal) return refuse(refusal);

  // The order in which Anthropic caches: tools, system, messages.
  const cache = new PromptCache();
  for (const tool of asArray(body['tools']).map(asObject)) {
    cache.add(countTokens(JSON.stringify(tool)), tool['cache_control']);
  }
  readBlocks(body['system'], cache);
  let userText = '';
  let toolResult: string | null = null;
  let images = 0;
  for (const message of asArray(body['messages']).map(asObject)) {
    cache.add(tokensPerMessage, undefined);
    const content = readBlocks(message['content'], cache);
    images += content.images;
    if (message['role'] === 'user' && content.text !== '') userText = content.text;
    if (message['role'] === 'assistant') cache.hasAssistantTurn = true;
    toolResult = content.toolResults.length > 0 ? content.toolResults.join('\n') : null;
  }
  cache.add(0, body['cache_control']);

  return {
    ok: true,
    ask: {
      model: asString(body['model']),
      stream: body['stream'] === true,
      userText,
      toolResult,
      input: cache.tokens(),
      images,
      tools: readTools(body['tools']),
      toolChoice: readToolChoice(body['tool_choice']),
      schema: readSchema(body),
      choices: 1,
      maxTokens: asCount(body['max_tokens']),
      stop: readStop(body['stop_sequences']),
      effort: readThinking(body),
      includeUsage: true,
      body,
    },
  };
}

function findRefusal(body: JsonObject, counting: boolean) {
  const required = (field: string) => ({ status: 400, message: `${field}: Field required` });
  if (typeof body['model'] !== 'string' || body['model'] === '') return required('model');
  if (!counting && body['max_tokens'] === undefined) return required('max_tokens');
  if (!counting && asCount(body['max_tokens']) === null) {
    return { status: 400, message: 'max_tokens: Input should be greater than or equal to 1' };
  }
  if (!Array.isArray(body['messages'])) return required('messages');
  if (body['messages'].length === 0) {
    return { status: 400, message: 'messages: at least one message is required' };
  }
  for (const [index, message] of body['messages'].entries()) {
    const role = isObject(message) ? message['role'] : undefined;
    if (role !== 'user' && role !== 'assistant' && role !== 'system') {
      const expected = "Input should be 'user', 'assistant' or 'system'";
      return { status: 400, message: `messages.${index}.role: ${expected}` };
    }
  }
  const budget = asCount(asObject(body['thinking'])['budget_tokens']);
  if (!counting && budget !== null && Number(body['max_tokens']) <= budget) {
    const message = '`max_tokens` must be greater than `thinking.budget_tokens`.';
    return { status: 400, message };
  }
  if (isObject(body['thread'])) {
    // Tool runners then send the whole conversation; to ignore the field would lose it.
    const message = 'thread: this server keeps no conversations';
    return { status: 400, message, details: { error_code: 'thread_unsupported_request' } };
  }
  return null;
}

interface Blocks {
  text: string;
  images: number;
  toolResults: string[];
}

function readBlocks(content: unknown, cache: PromptCache): Blocks {
  if (!Array.isArray(content)) {
    const text = asString(content);
    cache.add(countTokens(text), undefined);
    return { text, images: 0, toolResults: [] };
  }
  const texts: string[] = [];
  const toolResults: string[] = [];
  let images = 0;
  for (const block of content.map(asObject)) {
    let tokens = 0;
    if (block['type'] === 'image') {
      images += 1;
      tokens = tokensPerImage;
    } else if (block['type'] === 'tool_result') {
      const result = resultText(block['content']);
      const shown = asArray(block['content']).filter((part) => asObject(part)['type'] === 'image');
      toolResults.push(result);
      images += shown.length;
      tokens = countTokens(result) + shown.length * tokensPerImage;
    } else if (block['type'] === 'tool_use') {
      tokens = countTokens(JSON.stringify(block['input'] ?? {}));
    } else if (typeof block['text'] === 'string') {
      texts.push(block['text']);
      tokens = countTokens(block['text']);
    }
    cache.add(tokens, block['cache_control']);
  }
  return { text: texts.join('\n'), images, toolResults };
}

function resultText(content: unknown): string {
  if (typeof content === 'string') return content;
  const texts = asArray(content).map((part) => asObject(part)['text']);
  return texts.filter((text) => typeof text === 'string').join('\n');
}

function readTools(tools: unknown): Tool[] {
  return asArray(tools)
    .map(asObject)
    .filter((tool) => isObject(tool['input_schema']))
    .map((tool) => ({ name: asString(tool['name']), schema: asObject(tool['input_schema']) }));
}

function readToolChoice(choice: unknown): ToolChoice {
  const { type, name } = asObject(choice);
  if (type === 'none') return { kind: 'none' };
  if (type === 'any') return { kind: 'any' };
  if (type === 'tool') return { kind: 'named', name: asString(name) };
  return { kind: 'auto' };
}

function readSchema(body: JsonObject): JsonObject | null {
  const format = asObject(asObject(body['output_config'])['format'] ?? body['output_format']);
  return format['type'] === 'json_schema' ? asObject(format['schema']) : null;
}

function readThinking(body: JsonObject) {
  const type = asObject(body['thinking'])['type'];
  if (type !== 'enabled' && type !== 'adaptive') return null;
  return readEffort(asObject(body['output_config'])['effort']) ?? 'medium';
}
