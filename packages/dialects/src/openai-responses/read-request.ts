import { type FluxError, invalidField, missingField } from '@fluxrouter/errors';
import { wantedNames } from '@fluxrouter/json-splice';
import type { RequestLimits, RequestReading, RequestRefusal } from '../dialect.ts';
import {
  aBoolean,
  anArray,
  anObject,
  aString,
  checkFields,
  checkTyped,
  type FieldRules,
  integerFrom,
  numberBetween,
  stringOrArray,
  stringOrObject,
} from '../field-checks.ts';
import { type OwnReading, type ReadBody, readRequestBody } from '../read-body.ts';
import { routorNames } from '../routor-fields.ts';
import { asRecord } from '../usage.ts';

export const maxTokensFields = ['max_output_tokens'] as const;

const wanted = wantedNames(['model', 'stream', ...maxTokensFields, ...routorNames]);

/** https://platform.openai.com/docs/api-reference/responses/create, as openai-node 7.57 types it. */
const fields: FieldRules = [
  ['stream', aBoolean],
  ['stream_options', anObject],
  ['instructions', stringOrArray],
  ['max_output_tokens', integerFrom(1)],
  ['max_tool_calls', integerFrom(1)],
  ['temperature', numberBetween(0, 2)],
  ['top_p', numberBetween(0, 1)],
  ['top_logprobs', integerFrom(0)],
  ['tools', anArray],
  ['tool_choice', stringOrObject],
  ['parallel_tool_calls', aBoolean],
  ['text', anObject],
  ['reasoning', anObject],
  ['include', anArray],
  ['metadata', anObject],
  ['store', aBoolean],
  ['background', aBoolean],
  ['service_tier', aString],
  ['truncation', aString],
  ['previous_response_id', aString],
  ['conversation', stringOrObject],
  ['prompt', anObject],
  ['user', aString],
];

const roles = ['user', 'assistant', 'system', 'developer'];

export function readRequest(body: Buffer, limits: RequestLimits): RequestReading | RequestRefusal {
  return readRequestBody(body, wanted, limits, readOwn);
}

function readOwn({ parsed }: ReadBody): OwnReading | FluxError {
  const { tools } = parsed;
  const fault =
    checkInput(parsed) ??
    checkFields(parsed, fields) ??
    (Array.isArray(tools) ? checkTyped(tools, 'tools') : null);
  if (fault !== null) return fault;
  const limit = parsed['max_output_tokens'];
  return {
    includeUsage: true,
    maxTokens: typeof limit === 'number' ? limit : undefined,
    answers: 1,
    thinkingBudget: undefined,
  };
}

function checkInput(parsed: Record<string, unknown>): FluxError | null {
  const { input } = parsed;
  if (input === undefined || input === null) {
    const elsewhere = ['prompt', 'previous_response_id', 'conversation'];
    return elsewhere.some((name) => parsed[name] !== undefined && parsed[name] !== null)
      ? null
      : missingField('input');
  }
  if (typeof input === 'string') return null;
  if (!Array.isArray(input)) return invalidField('input', 'expected a string or an array of items');
  for (let i = 0; i < input.length; i++) {
    const fault = checkItem(input[i], `input[${i}]`);
    if (fault !== null) return fault;
  }
  return null;
}

/** An item has a `type`; without one it is a message, or a reference by `id` alone. */
function checkItem(value: unknown, path: string): FluxError | null {
  const item = asRecord(value);
  if (item === undefined) return invalidField(path, 'expected an object');
  const { type, role, content } = item;
  if (type !== undefined && type !== null && typeof type !== 'string') {
    return invalidField(`${path}.type`, 'expected a string');
  }
  const isMessage =
    type === 'message' || ((type === undefined || type === null) && !('id' in item));
  if (!isMessage) return null;
  if (role === undefined) return missingField(`${path}.role`);
  if (typeof role !== 'string' || !roles.includes(role)) {
    return invalidField(`${path}.role`, `expected one of ${roles.join(', ')}`);
  }
  if (content === undefined || content === null) return missingField(`${path}.content`);
  if (!stringOrArray.check(content)) {
    return invalidField(`${path}.content`, 'expected a string or an array of content parts');
  }
  return Array.isArray(content) ? checkTyped(content, `${path}.content`) : null;
}
