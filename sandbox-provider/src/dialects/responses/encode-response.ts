import type { JsonObject } from '../../json.ts';
import type { ToolCall } from '../../plan-answer.ts';
import type { Reply } from '../dialect.ts';

/** The usage of a response with so much output; undefined where the directive wants none. */
export function responseUsage(
  { answer, directives }: Reply,
  output: number = answer.usage.output,
): JsonObject | undefined {
  if (directives.usage === 'none') return undefined;
  const { input, cacheRead, cacheWrite, cacheWrite1h, reasoning } = answer.usage;
  const all = input + cacheRead + cacheWrite + cacheWrite1h;
  return {
    input_tokens: all,
    input_tokens_details: {
      cached_tokens: cacheRead,
      cache_write_tokens: cacheWrite + cacheWrite1h,
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: Math.min(reasoning, output) },
    total_tokens: all + output,
  };
}

/** A response that is being made: no output, no usage, the request's settings repeated. */
export function openResponse({ ask, bodyId, createdSeconds }: Reply): JsonObject {
  const { body } = ask;
  const given = (name: string, otherwise: unknown) => body[name] ?? otherwise;
  return {
    id: bodyId,
    object: 'response',
    created_at: createdSeconds,
    status: 'in_progress',
    background: false,
    completed_at: null,
    error: null,
    incomplete_details: null,
    instructions: given('instructions', null),
    max_output_tokens: ask.maxTokens,
    max_tool_calls: given('max_tool_calls', null),
    model: ask.model,
    output: [],
    parallel_tool_calls: given('parallel_tool_calls', true),
    previous_response_id: given('previous_response_id', null),
    prompt_cache_key: given('prompt_cache_key', null),
    prompt_cache_retention: given('prompt_cache_retention', null),
    reasoning: given('reasoning', { effort: null, summary: null }),
    safety_identifier: given('safety_identifier', null),
    service_tier: 'default',
    store: given('store', true),
    temperature: given('temperature', 1),
    text: given('text', { format: { type: 'text' }, verbosity: 'medium' }),
    tool_choice: given('tool_choice', 'auto'),
    tools: given('tools', []),
    top_logprobs: 0,
    top_p: given('top_p', 1),
    truncation: given('truncation', 'disabled'),
    usage: null,
    user: given('user', null),
    metadata: given('metadata', {}),
    access_programs: null,
  };
}

/** The finished form of a response: `completed`, or `incomplete` where the tokens ran out. */
export function closedResponse(reply: Reply): JsonObject {
  const isCut = reply.answer.finish === 'length';
  const usage = responseUsage(reply);
  return {
    ...openResponse(reply),
    status: isCut ? 'incomplete' : 'completed',
    completed_at: isCut ? null : reply.createdSeconds,
    incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
    output: outputItems(reply),
    usage: usage ?? null,
  };
}

/** A whole response. */
export function encodeResponse(reply: Reply): { body: JsonObject; usage: unknown } {
  const body = closedResponse(reply);
  return { body, usage: body['usage'] };
}

/** The items of a finished answer, in the order in which they are streamed. */
export function outputItems(reply: Reply): JsonObject[] {
  const { answer, token } = reply;
  const text = answer.texts[0] ?? null;
  return [
    ...(answer.reasoning === null ? [] : [reasoningItem(reply, answer.reasoning)]),
    ...(text === null ? [] : [messageItem(reply, text)]),
    ...answer.toolCalls.map((call, at) => callItem(token, call, at)),
  ];
}

function wantsSummary({ ask, directives }: Reply): boolean {
  const settings = ask.body['reasoning'] as JsonObject | undefined;
  return (settings?.['summary'] ?? null) !== null || directives.thinking === true;
}

function reasoningItem(reply: Reply, reasoning: string): JsonObject {
  const include = reply.ask.body['include'];
  const wantsSeal = Array.isArray(include) && include.includes('reasoning.encrypted_content');
  return {
    id: `rs_${reply.token}`,
    type: 'reasoning',
    summary: wantsSummary(reply) ? [{ type: 'summary_text', text: reasoning }] : [],
    ...(wantsSeal
      ? { encrypted_content: Buffer.from(`sandbox:${reasoning}`).toString('base64') }
      : {}),
  };
}

function messageItem({ token, answer }: Reply, text: string): JsonObject {
  return {
    id: `msg_${token}`,
    type: 'message',
    status: answer.finish === 'length' ? 'incomplete' : 'completed',
    content: [textPart(text)],
    role: 'assistant',
  };
}

export function textPart(text: string): JsonObject {
  return { type: 'output_text', annotations: [], logprobs: [], text };
}

function callItem(token: string, call: ToolCall, at: number): JsonObject {
  return {
    id: `fc_${token}${at}`,
    type: 'function_call',
    status: 'completed',
    arguments: call.argumentsJson,
    call_id: `call_${token}${at}`,
    name: call.name,
  };
}
