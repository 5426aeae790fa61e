import { type FluxError, invalidField, missingField } from '@fluxrouter/errors';
import { wantedNames } from '@fluxrouter/json-splice';
import type { RequestLimits, RequestReading, RequestRefusal } from '../dialect.ts';
import {
  aBoolean,
  aNumber,
  anArray,
  anObject,
  aString,
  checkFields,
  checkObjects,
  checkTyped,
  type FieldRules,
  integerFrom,
  numberBetween,
  stringOrArray,
  stringOrObject,
  stringOrStrings,
} from '../field-checks.ts';
import { type OwnReading, type ReadBody, readRequestBody } from '../read-body.ts';
import { routorNames } from '../routor-fields.ts';
import { asRecord } from '../usage.ts';

/** `max_tokens` is OpenAI's older name; other vendors know only that one. */
export const maxTokensFields = ['max_completion_tokens', 'max_tokens'] as const;

const wanted = wantedNames([
  'model',
  'stream',
  'stream_options',
  ...maxTokensFields,
  ...routorNames,
]);

/** https://platform.openai.com/docs/api-reference/chat/create, as openai-node 7.57 types it. */
const fields: FieldRules = [
  ['stream', aBoolean],
  ['stream_options', anObject],
  ['temperature', numberBetween(0, 2)],
  ['top_p', numberBetween(0, 1)],
  ['n', integerFrom(1, 128)],
  ['max_completion_tokens', integerFrom(1)],
  ['max_tokens', integerFrom(1)],
  ['stop', stringOrStrings],
  ['frequency_penalty', aNumber],
  ['presence_penalty', aNumber],
  ['logit_bias', anObject],
  ['logprobs', aBoolean],
  ['top_logprobs', integerFrom(0)],
  ['tools', anArray],
  ['functions', anArray],
  ['tool_choice', stringOrObject],
  ['parallel_tool_calls', aBoolean],
  ['response_format', anObject],
  ['reasoning_effort', aString],
  ['metadata', anObject],
  ['service_tier', aString],
  ['modalities', anArray],
  ['user', aString],
];

const roles = ['developer', 'system', 'user', 'assistant', 'tool', 'function'];

export function readRequest(body: Buffer, limits: RequestLimits): RequestReading | RequestRefusal {
  return readRequestBody(body, wanted, limits, readOwn);
}

function readOwn({ parsed }: ReadBody): OwnReading | FluxError {
  const fault =
    checkMessages(parsed['messages']) ?? checkFields(parsed, fields) ?? checkTools(parsed);
  if (fault !== null) return fault;
  const options = asRecord(parsed['stream_options']);
  if (options !== undefined) {
    const optionFault = checkFields(options, [['include_usage', aBoolean]], 'stream_options');
    if (optionFault !== null) return optionFault;
  }
  return {
    includeUsage: parsed['stream'] === true && options?.['include_usage'] === true,
    maxTokens: lesser(parsed['max_completion_tokens'], parsed['max_tokens']),
    answers: typeof parsed['n'] === 'number' ? parsed['n'] : 1,
    thinkingBudget: undefined,
  };
}

function lesser(a: unknown, b: unknown): number | undefined {
  if (typeof a !== 'number') return typeof b === 'number' ? b : undefined;
  return typeof b === 'number' ? Math.min(a, b) : a;
}

function checkTools(parsed: Record<string, unknown>): FluxError | null {
  const { tools } = parsed;
  return Array.isArray(tools) ? checkTyped(tools, 'tools') : null;
}

function checkMessages(messages: unknown): FluxError | null {
  if (messages === undefined || messages === null) return missingField('messages');
  if (!Array.isArray(messages)) return invalidField('messages', 'expected an array of messages');
  if (messages.length === 0) return invalidField('messages', 'expected at least one message');
  for (let i = 0; i < messages.length; i++) {
    const fault = checkMessage(messages[i], `messages[${i}]`);
    if (fault !== null) return fault;
  }
  return null;
}

function checkMessage(value: unknown, path: string): FluxError | null {
  const message = asRecord(value);
  if (message === undefined) return invalidField(path, 'expected an object');
  const { role, content } = message;
  if (role === undefined) return missingField(`${path}.role`);
  if (typeof role !== 'string' || !roles.includes(role)) {
    return invalidField(`${path}.role`, `expected one of ${roles.join(', ')}`);
  }
  if (content === undefined || content === null) {
    if (role === 'user' || role === 'system' || role === 'developer') {
      return missingField(`${path}.content`);
    }
  } else if (!stringOrArray.check(content)) {
    return invalidField(`${path}.content`, 'expected a string or an array of content parts');
  } else if (Array.isArray(content)) {
    const fault = checkTyped(content, `${path}.content`);
    if (fault !== null) return fault;
  }
  if (role === 'tool' && typeof message['tool_call_id'] !== 'string') {
    return message['tool_call_id'] === undefined
      ? missingField(`${path}.tool_call_id`)
      : invalidField(`${path}.tool_call_id`, 'expected a string');
  }
  return checkObjects(message['tool_calls'], `${path}.tool_calls`);
}
