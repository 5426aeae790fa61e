import type { JsonObject } from '../../json.ts';
import type { Reply } from '../dialect.ts';

/** The usage of a message with so much output; undefined where the directive wants none. */
export function messageUsage(
  { answer, directives }: Reply,
  output: number = answer.usage.output,
): JsonObject | undefined {
  if (directives.usage === 'none') return undefined;
  const { input, cacheRead, cacheWrite, cacheWrite1h, reasoning } = answer.usage;
  return {
    input_tokens: input,
    cache_creation_input_tokens: cacheWrite + cacheWrite1h,
    cache_read_input_tokens: cacheRead,
    cache_creation: {
      ephemeral_5m_input_tokens: cacheWrite,
      ephemeral_1h_input_tokens: cacheWrite1h,
    },
    output_tokens: output,
    output_tokens_details: { thinking_tokens: Math.min(reasoning, output) },
    server_tool_use: null,
    service_tier: 'standard',
    inference_geo: 'not_available',
    speed: null,
  };
}

/** What `message_start` knows: the input, and a first token of output. */
export function startUsage(reply: Reply): JsonObject | undefined {
  const usage = messageUsage(reply);
  if (!usage) return undefined;
  const begun = Math.min(1, reply.answer.usage.output);
  return { ...usage, output_tokens: begun, output_tokens_details: { thinking_tokens: 0 } };
}

/** The cumulative usage of a `message_delta`. */
export function deltaUsage(reply: Reply, output?: number): JsonObject | undefined {
  const usage = messageUsage(reply, output);
  if (!usage) return undefined;
  return {
    input_tokens: usage['input_tokens'],
    cache_creation_input_tokens: usage['cache_creation_input_tokens'],
    cache_read_input_tokens: usage['cache_read_input_tokens'],
    output_tokens: usage['output_tokens'],
    output_tokens_details: usage['output_tokens_details'],
    server_tool_use: null,
  };
}
