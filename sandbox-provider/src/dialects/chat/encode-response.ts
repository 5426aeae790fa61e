import type { JsonObject } from '../../json.ts';
import type { Finish, ToolCall } from '../../plan-answer.ts';
import type { Reply } from '../dialect.ts';
import { chatUsage } from './usage.ts';

const finishReasons: Record<Finish, string> = {
  stop: 'stop',
  'stop-sequence': 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
};

export function chatFinishReason(finish: Finish): string {
  return finishReasons[finish];
}

/** The members that say which model answered and how. */
export const chatIdentity = { service_tier: 'default', system_fingerprint: 'fp_sandbox0001' };

/** A whole `chat.completion`. */
export function encodeChatResponse(reply: Reply): { body: JsonObject; usage: unknown } {
  const { answer, ask, provider, token } = reply;
  const usage = chatUsage(reply);
  const body: JsonObject = {
    id: reply.bodyId,
    object: 'chat.completion',
    created: reply.createdSeconds,
    model: ask.model,
    choices: answer.texts.map((text, index) => ({
      index,
      message: {
        role: 'assistant',
        content: text,
        refusal: null,
        annotations: [],
        ...(provider.showsReasoning && answer.reasoning !== null
          ? { reasoning_content: answer.reasoning }
          : {}),
        ...(answer.toolCalls.length > 0
          ? { tool_calls: answer.toolCalls.map((call, at) => chatToolCall(call, token, index, at)) }
          : {}),
      },
      logprobs: null,
      finish_reason: chatFinishReason(answer.finish),
    })),
    ...(usage === undefined ? {} : { usage }),
    ...chatIdentity,
  };
  return { body, usage: usage ?? null };
}

export function chatCallId(token: string, choice: number, at: number): string {
  return `call_${token}${choice}${at}`;
}

function chatToolCall(call: ToolCall, token: string, choice: number, at: number): JsonObject {
  return {
    id: chatCallId(token, choice, at),
    type: 'function',
    function: { name: call.name, arguments: call.argumentsJson },
  };
}
