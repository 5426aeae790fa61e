import { wantedNames } from '@fluxrouter/json-splice';

/**
 * The event types that an observer tells apart; all others pass. The names are matched by bytes,
 * so the list's order is the number of each.
 */
const names = [
  // Lifecycle
  'response.created',
  'response.queued',
  'response.in_progress',
  'response.completed',
  'response.incomplete',
  'response.failed',
  'error',
  'response.cancelled',
  // Each of these carries the words of an output
  'response.output_text.delta',
  'response.reasoning_text.delta',
  'response.reasoning_summary_text.delta',
  'response.function_call_arguments.delta',
  'response.custom_tool_call_input.delta',
  'response.mcp_call_arguments.delta',
  'response.code_interpreter_call_code.delta',
  'response.shell_call_command.delta',
  'response.audio.delta',
  'response.audio.transcript.delta',
  'response.refusal.delta',
  'response.refusal.done',
  // An item is announced
  'response.output_item.added',
] as const;

export const eventTypes = wantedNames(names);

export const FIRST_DELTA = names.indexOf('response.output_text.delta');
export const REFUSAL_DELTA = names.indexOf('response.refusal.delta');
export const REFUSAL_DONE = names.indexOf('response.refusal.done');
export const ITEM_ADDED = names.indexOf('response.output_item.added');
export const CREATED = names.indexOf('response.created');
export const QUEUED = names.indexOf('response.queued');
export const IN_PROGRESS = names.indexOf('response.in_progress');
export const COMPLETED = names.indexOf('response.completed');
export const INCOMPLETE = names.indexOf('response.incomplete');
export const FAILED = names.indexOf('response.failed');
export const ERROR_EVENT = names.indexOf('error');
export const CANCELLED = names.indexOf('response.cancelled');
