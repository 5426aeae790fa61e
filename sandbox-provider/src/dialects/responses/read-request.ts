import {
  type AskReading,
  readEffort,
  refuse,
  type Tool,
  type ToolChoice,
  tokensPerImage,
  tokensPerMessage,
} from '../../ask.ts';
import { asArray, asCount, asObject, asString, type JsonObject } from '../../json.ts';
import { countTokens } from '../../words.ts';
import { automaticCache } from '../automatic-cache.ts';

const resultTypes = new Set(['function_call_output', 'custom_tool_call_output']);

/** Reads a `/v1/responses` body. */
export function readResponsesRequest(body: JsonObject): AskReading {
  if (typeof body['model'] !== 'string' || body['model'] === '') {
    return refuse(missing('model'));
  }
  const input = body['input'];
  if (typeof input !== 'string' && !Array.isArray(input)) return refuse(missing('input'));

  let userText = typeof input === 'string' ? input : '';
  let toolResults: string[] = [];
  let tokens = countTokens(userText) + countTokens(asString(body['instructions']));
  let images = 0;
  let hasAssistantTurn = false;
  for (const item of asArray(input).map(asObject)) {
    const isResult = resultTypes.has(asString(item['type']));
    const content = readContent(isResult ? item['output'] : item['content']);
    tokens +=
      tokensPerMessage + countTokens(content.text) + countTokens(asString(item['arguments']));
    images += content.images;
    if (item['role'] === 'user') userText = content.text;
    if (item['role'] === 'assistant') hasAssistantTurn = true;
    if (isResult) toolResults.push(content.text);
    else toolResults = [];
  }
  if (body['tools']) tokens += countTokens(JSON.stringify(body['tools']));
  tokens += images * tokensPerImage;
  const format = asObject(asObject(body['text'])['format']);

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
      schema: readSchema(format),
      choices: 1,
      maxTokens: asCount(body['max_output_tokens']),
      stop: [],
      effort: readEffort(asObject(body['reasoning'])['effort']),
      includeUsage: true,
      body,
    },
  };
}

function readContent(content: unknown): { text: string; images: number } {
  if (!Array.isArray(content)) return { text: asString(content), images: 0 };
  const parts = content.map(asObject);
  const texts = parts.map((part) => part['text']).filter((text) => typeof text === 'string');
  return {
    text: texts.join('\n'),
    images: parts.filter((part) => part['type'] === 'input_image').length,
  };
}

function readTools(tools: unknown): Tool[] {
  return asArray(tools)
    .map(asObject)
    .filter((tool) => tool['type'] === 'function')
    .map((tool) => ({ name: asString(tool['name']), schema: asObject(tool['parameters']) }));
}

function readToolChoice(choice: unknown): ToolChoice {
  if (choice === 'none') return { kind: 'none' };
  if (choice === 'required') return { kind: 'any' };
  const { type, name, mode, tools } = asObject(choice);
  if (type === 'function') return { kind: 'named', name: asString(name) };
  if (type === 'allowed_tools' && mode === 'required') {
    return { kind: 'named', name: asString(asObject(asArray(tools)[0])['name']) };
  }
  return { kind: 'auto' };
}

function readSchema(format: JsonObject): JsonObject | null {
  if (format['type'] === 'json_schema') return asObject(format['schema']);
  return format['type'] === 'json_object' ? {} : null;
}

function missing(param: string) {
  return {
    status: 400,
    message: `Missing required parameter: '${param}'.`,
    param,
    code: 'missing_required_parameter',
  };
}
