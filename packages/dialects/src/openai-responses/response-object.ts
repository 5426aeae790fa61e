import type { Finish, JsonObject, ReportedUsage } from '@fluxrouter/conversation';
import { own } from '../translate/native.ts';
import { HOME } from './content.ts';
import { encodeUsage } from './usage.ts';

/** What a response says of itself; what it says of its request, clients know themselves. */
export interface ResponseHead {
  readonly id: string;
  readonly createdAt: number;
  readonly model: string;
}

export function responseObject(
  { id, createdAt, model }: ResponseHead,
  status: string,
  output: readonly JsonObject[],
  more: JsonObject,
): JsonObject {
  return {
    id,
    object: 'response',
    created_at: createdAt,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    model,
    output,
    parallel_tool_calls: true,
    temperature: null,
    tool_choice: 'auto',
    tools: [],
    top_p: null,
    usage: null,
    metadata: {},
    ...more,
  };
}

/** Status and reason of a finished response. */
export function encodeFinish(finish: Finish | undefined): {
  readonly status: 'completed' | 'incomplete';
  readonly incomplete_details: JsonObject | null;
} {
  switch (finish?.reason) {
    case 'length':
    case 'contextLength':
      return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
    case 'refusal':
      return { status: 'incomplete', incomplete_details: { reason: 'content_filter' } };
    default:
      return { status: 'completed', incomplete_details: null };
  }
}

export function reportUsage(usage: ReportedUsage | undefined): JsonObject | null {
  return usage === undefined ? null : (own(usage.native, HOME) ?? encodeUsage(usage.buckets));
}
