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
import { automaticCache } from '../automatic-cache.ts';

/** Reads a `/v1/chat/completions` body. */
export function readChatRequest(body: JsonObject): AskReading {
  if (typeof body['model'] !== 'string' || body['model'] === '') {
    return refuse({ status: 400, message: 'you must provide a model parameter' });
  }
  if (!Array.isArray(body['messages'])) return refuse(missing('messages'));
  const messages = body['messages'];
  if (messages.length === 0) return refuse(invalid('messages', 'Expected a non-empty array'));

  let userText = '';
  let toolResults: string[] = [];
  let tokens = 0;
  let images = 0;
  let hasAssistantTurn = false;
  for (const [index, message] of messages.entries()) {
    if (!isObject(message) || typeof message['role'] !== 'string') {
      return refuse(invalid(`messages[${index}]`, 'Expected an object with a role'));
    }
    const content = readContent(message['content']);
    const calls = message['tool_calls'] === undefined ? '' : JSON.stringify(message['tool_calls']);
    tokens += tokensPerMessage + countTokens(content.text) + countTokens(calls);
    images += content.images;
    if (message['role'] === 'user') userText = content.text;
    if (message['role'] === 'assistant') hasAssistantTurn = true;
    if (message['role'] === 'tool') toolResults.push(content.text);
    else toolResults = [];
  }
  const choices = body['n'] === undefined || body['n'] === null ? 1 : asCount(body['n']);
  if (choices === null || choices > 128) return refuse(invalid('n', 'Expected 1 to 128'));
  if (body['tools']) tokens += countTokens(JSON.stringify(body['tools']));
  tokens += images * tokensPerImage;

  return {
    ok: true,
    ask: {
      model: body['model'],
      stream: body['stream'] === true,
      userText,
      toolResult: toolResults.length > 0 ? toolResults.join('\n') : null,
      input: automaticCache(tokens, hasAssistantTurn),
      images,
      tools: readTools(body['tools']),
      toolChoice: readToolChoice(body['tool_choice']),
      schema: readSchema(body['response_format']),
      choices,
      maxTokens: asCount(body['max_completion_tokens']) ?? asCount(body['max_tokens']),
      stop: readStop(body['stop']),
      effort: readEffort(body['reasoning_effort']),
      includeUsage: asObject(body['stream_options'])['include_usage'] === true,
      body,
    },
  };
}

function readContent(content: unknown): { text: string; images: number } {
  if (!Array.isArray(content)) return { text: asString(content), images: 0 };
  const texts: string[] = [];
  let images = 0;
  for (const part of content.map(asObject)) {
    if (typeof part['text'] === 'string') texts.push(part['text']);
    if (part['type'] === 'image_url') images += 1;
  }
  return { text: texts.join('\n'), images };
}

function readTools(tools: unknown): Tool[] {
  return asArray(tools)
    .map(asObject)
    .filter((tool) => tool['type'] === 'function')
    .map((tool) => asObject(tool['function']))
    .map((tool) => ({ name: asString(tool['name']), schema: asObject(tool['parameters']) }));
}

function readToolChoice(choice: unknown): ToolChoice {
  if (choice === 'none') return { kind: 'none' };
  if (choice === 'required') return { kind: 'any' };
  const { type, function: named, allowed_tools: allowed } = asObject(choice);
  if (type === 'function') return { kind: 'named', name: asString(asObject(named)['name']) };
  if (type === 'allowed_tools' && asObject(allowed)['mode'] === 'required') {
    const first = asObject(asArray(asObject(allowed)['tools'])[0]);
    return { kind: 'named', name: asString(asObject(first['function'])['name']) };
  }
  return { kind: 'auto' };
}

function readSchema(format: unknown): JsonObject | null {
  const { type, json_schema: named } = asObject(format);
  if (type === 'json_schema') return asObject(asObject(named)['schema']);
  return type === 'json_object' ? {} : null;
}

function missing(param: string) {
  return {
    status: 400,
    message: `Missing required parameter: '${param}'.`,
    param,
    code: 'missing_required_parameter',
  };
}

function invalid(param: string, expected: string) {
  const message = `Invalid value for '${param}': ${expected}.`;
  return { status: 400, message, param, code: 'invalid_value' };
}
