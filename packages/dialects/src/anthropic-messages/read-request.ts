import { type FluxError, fluxError, invalidField, missingField } from '@fluxrouter/errors';
import { wantedNames } from '@fluxrouter/json-splice';
import type { RequestLimits, RequestReading, RequestRefusal } from '../dialect.ts';
import {
  aBoolean,
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
  strings,
} from '../field-checks.ts';
import { type OwnReading, type ReadBody, readRequestBody } from '../read-body.ts';
import { routorNames } from '../routor-fields.ts';
import { asRecord } from '../usage.ts';

export const maxTokensFields = ['max_tokens'] as const;

const wanted = wantedNames(['model', 'stream', ...maxTokensFields, ...routorNames]);

/** https://docs.anthropic.com/en/api/messages, as anthropic-sdk-typescript 1.12 types it. */
const fields: FieldRules = [
  // 0 warms the prompt cache and makes no answer.
  ['max_tokens', integerFrom(0)],
  ['stream', aBoolean],
  ['system', stringOrArray],
  ['temperature', numberBetween(0, 1)],
  ['top_p', numberBetween(0, 1)],
  ['top_k', integerFrom(0)],
  ['stop_sequences', strings],
  ['tools', anArray],
  ['tool_choice', anObject],
  ['thinking', anObject],
  ['metadata', anObject],
  ['output_config', anObject],
  ['service_tier', aString],
  ['mcp_servers', anArray],
];

const roles = ['user', 'assistant', 'system'];

/** Anthropic's least: https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking */
const LEAST_THINKING_TOKENS = 1024;

export function readRequest(body: Buffer, limits: RequestLimits): RequestReading | RequestRefusal {
  return readRequestBody(body, wanted, limits, (read) => readOwn(read, limits.countOnly === true));
}

function readOwn({ parsed }: ReadBody, countOnly: boolean): OwnReading | FluxError {
  const limit = parsed['max_tokens'];
  const fault =
    checkMessages(parsed['messages']) ??
    checkThread(parsed['thread']) ??
    (countOnly || (limit !== undefined && limit !== null) ? null : missingField('max_tokens')) ??
    checkFields(parsed, fields) ??
    checkSystem(parsed['system']) ??
    checkObjects(parsed['tools'], 'tools');
  if (fault !== null) return fault;
  const thinking = asRecord(parsed['thinking']);
  const budget = thinking?.['type'] === 'enabled' ? thinking['budget_tokens'] : undefined;
  if (thinking !== undefined) {
    const thinkingFault = checkThinking(thinking, budget, countOnly ? undefined : limit);
    if (thinkingFault !== null) return thinkingFault;
  }
  return {
    includeUsage: true,
    maxTokens: typeof limit === 'number' ? limit : undefined,
    answers: 1,
    thinkingBudget: typeof budget === 'number' ? budget : undefined,
  };
}

/**
 * Anthropic's newer SDKs ask for a thread on their own, and go on with the whole conversation when
 * told that there is none; ignoring the field would make them lose the conversation.
 */
function checkThread(thread: unknown): FluxError | null {
  return thread === undefined || thread === null
    ? null
    : fluxError('thread_unsupported_request', { param: 'thread' });
}

function checkThinking(
  thinking: Record<string, unknown>,
  budget: unknown,
  limit: unknown,
): FluxError | null {
  const { type } = thinking;
  if (type === undefined) return missingField('thinking.type');
  if (typeof type !== 'string') return invalidField('thinking.type', 'expected a string');
  if (type !== 'enabled') return null;
  const path = 'thinking.budget_tokens';
  if (budget === undefined || budget === null) return missingField(path);
  const least = integerFrom(LEAST_THINKING_TOKENS);
  if (!least.check(budget)) return invalidField(path, `expected ${least.expected}`);
  if (typeof limit === 'number' && limit <= (budget as number)) {
    return fluxError('invalid_field', {
      message: '`max_tokens` must be greater than `thinking.budget_tokens`.',
      param: 'max_tokens',
    });
  }
  return null;
}

function checkSystem(system: unknown): FluxError | null {
  return Array.isArray(system) ? checkTyped(system, 'system') : null;
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
  if (content === undefined || content === null) return missingField(`${path}.content`);
  if (!stringOrArray.check(content)) {
    return invalidField(`${path}.content`, 'expected a string or an array of content blocks');
  }
  return Array.isArray(content) ? checkTyped(content, `${path}.content`) : null;
}
