import type { JsonObject } from '../../json.ts';
import type { Finish } from '../../plan-answer.ts';
import type { Reply } from '../dialect.ts';
import { signThinking } from './signature.ts';
import { messageUsage } from './usage.ts';

const stopReasons: Record<Finish, string> = {
  stop: 'end_turn',
  'stop-sequence': 'stop_sequence',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
};

export function messageStopReason(finish: Finish): string {
  return stopReasons[finish];
}

/** A message without content, ending or usage, as both forms begin it. */
export function emptyMessage(reply: Reply): JsonObject {
  return {
    id: reply.bodyId,
    type: 'message',
    role: 'assistant',
    model: reply.ask.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
  };
}

/** A whole message. */
export function encodeMessage(reply: Reply): { body: JsonObject; usage: unknown } {
  const { answer } = reply;
  const usage = messageUsage(reply);
  const body = {
    ...emptyMessage(reply),
    content: messageBlocks(reply),
    stop_reason: messageStopReason(answer.finish),
    stop_sequence: answer.stopSequence,
    ...(usage === undefined ? {} : { usage }),
  };
  return { body, usage: usage ?? null };
}

function messageBlocks({ answer, token }: Reply): JsonObject[] {
  const blocks: JsonObject[] = [];
  if (answer.reasoning !== null) {
    const signature = signThinking(answer.reasoning);
    blocks.push({ type: 'thinking', thinking: answer.reasoning, signature });
  }
  const text = answer.texts[0] ?? null;
  if (text !== null) blocks.push({ type: 'text', text, citations: null });
  for (const [at, call] of answer.toolCalls.entries()) {
    const input: unknown = JSON.parse(call.argumentsJson);
    blocks.push({ ...emptyToolUse(toolUseId(token, at), call.name), input });
  }
  return blocks;
}

export function toolUseId(token: string, at: number): string {
  return `toolu_01${token}${at}`;
}

export function emptyToolUse(id: string, name: string): JsonObject {
  return { type: 'tool_use', id, name, input: {}, caller: { type: 'direct' } };
}
