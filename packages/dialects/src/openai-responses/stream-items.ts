import type { JsonObject } from '@fluxrouter/conversation';

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
