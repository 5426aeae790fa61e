import type { Dialect } from '@fluxrouter/catalogue';
import {
  REASONING_EFFORTS,
  type ReasoningEffort,
  type RequestFacts,
  type SealedOrigin,
} from './facts.ts';
import { arrayLength, countOrNull, isObject, type JsonObject } from './json-object.ts';
import { readAnthropicMessages } from './read-anthropic-messages.ts';
import { readOpenaiChat } from './read-openai-chat.ts';
import { readOpenaiResponses } from './read-openai-responses.ts';
import {
  newRequestReader,
  type RequestReader,
  readJson,
  readMessage,
  readUserText,
} from './request-reader.ts';
import { TextCounter } from './scan-text.ts';

const READERS: Readonly<Record<Dialect, (reader: RequestReader, body: JsonObject) => void>> = {
  'openai-chat': readOpenaiChat,
  'openai-responses': readOpenaiResponses,
  'anthropic-messages': readAnthropicMessages,
  'openai-images': (reader, body) => {
    readMessage(reader);
    if (typeof body['prompt'] === 'string') readUserText(reader, body['prompt'], null);
  },
};

/**
 * A parsed request body as counts and flags: one linear pass, nothing of its text is kept. Total: what is missing or
 * of a wrong type counts as absent; whether a request is valid is judged elsewhere. `origin` is who sealed the reasoning
 * that the request carries; it counts only while a tool turn is unfinished.
 */
export function extractFacts(
  parsed: JsonObject,
  dialect: Dialect,
  origin: SealedOrigin | null = null,
): RequestFacts {
  const reader = newRequestReader();
  READERS[dialect](reader, parsed);
  if (Array.isArray(parsed['tools'])) readJson(reader, parsed['tools']);
  const turns = reader.turns.map((turn) => turn.finish());
  const ask = turns.pop() ?? new TextCounter().finish();
  // Named one by one: to spread an object costs more than all the rest here.
  return {
    dialect,
    ask,
    history: turns,
    systemChars: reader.systemChars,
    messages: reader.messages,
    userTurns: reader.userTurns,
    images: reader.images,
    files: reader.files,
    audio: reader.audio,
    hasToolResults: reader.hasToolResults,
    inToolTurn: reader.inToolTurn,
    originProvider: reader.inToolTurn ? (origin?.provider ?? null) : null,
    originModel: reader.inToolTurn ? (origin?.model ?? null) : null,
    inputTokensEstimate: Math.ceil(reader.tokenHundredths / 100),
    tools: arrayLength(parsed['tools']),
    toolChoiceForced: isToolChoiceForced(parsed['tool_choice']),
    jsonSchema: asksForJson(parsed),
    reasoningEffort: reasoningEffort(parsed),
    thinkingBudget: thinkingBudget(parsed['thinking']),
    maxTokens: maxTokens(parsed),
    stream: parsed['stream'] === true,
    n: Math.max(1, countOrNull(parsed['n']) ?? 1),
  };
}

function isToolChoiceForced(choice: unknown): boolean {
  if (typeof choice === 'string') return choice === 'required';
  return isObject(choice) && choice['type'] !== 'auto' && choice['type'] !== 'none';
}

/** `response_format` (chat), `text.format` (responses), `output_config.format` or `output_format` (Anthropic). */
function asksForJson(body: JsonObject): boolean {
  const text = body['text'];
  const config = body['output_config'];
  return (
    isJsonSchema(body['response_format']) ||
    (isObject(text) && isJsonSchema(text['format'])) ||
    (isObject(config) && isJsonSchema(config['format'])) ||
    isJsonSchema(body['output_format'])
  );
}

function isJsonSchema(format: unknown): boolean {
  return isObject(format) && format['type'] === 'json_schema';
}

const EFFORTS: readonly string[] = REASONING_EFFORTS;

function reasoningEffort(body: JsonObject): ReasoningEffort | null {
  const reasoning = body['reasoning'];
  const config = body['output_config'];
  return (
    effortOf(body['reasoning_effort']) ??
    (isObject(reasoning) ? effortOf(reasoning['effort']) : null) ??
    (isObject(config) ? effortOf(config['effort']) : null)
  );
}

function effortOf(sent: unknown): ReasoningEffort | null {
  return typeof sent === 'string' && EFFORTS.includes(sent) ? (sent as ReasoningEffort) : null;
}

function thinkingBudget(thinking: unknown): number | null {
  if (!isObject(thinking) || thinking['type'] === 'disabled') return null;
  return countOrNull(thinking['budget_tokens']);
}

function maxTokens(body: JsonObject): number | null {
  return (
    countOrNull(body['max_completion_tokens']) ??
    countOrNull(body['max_tokens']) ??
    countOrNull(body['max_output_tokens'])
  );
}
