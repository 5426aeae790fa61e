import type { JsonObject, ToolCallBlock } from '@fluxrouter/conversation';
import { asRecord } from '../usage.ts';

const prefixes: Readonly<Record<string, string>> = {
  message: 'msg_',
  reasoning: 'rs_',
  function_call: 'fc_',
  custom_tool_call: 'ctc_',
};

/** Items have ids of their own: made from their response's and their place in it. */
export function itemId({ type }: JsonObject, responseId: string, index: number): string {
  const prefix = prefixes[String(type)] ?? 'item_';
  return `${prefix}${responseId.replace(/^resp_/, '')}_${index}`;
}

/** A function's call as the custom tool that it stands for. */
export function asCustomCall(call: ToolCallBlock): ToolCallBlock {
  return { ...call, custom: true, arguments: freeTextOf(call.arguments) };
}

/** The one argument of a function that stands for a custom tool; whatever else it is, as it came. */
export function freeTextOf(words: string): string {
  try {
    const input = asRecord(JSON.parse(words))?.['input'];
    return typeof input === 'string' ? input : words;
  } catch {
    return words;
  }
}
