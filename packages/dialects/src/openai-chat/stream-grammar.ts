import type { Machine } from '@fluxrouter/conversation';
import type { WireEvent } from '../translate/codec.ts';
import { asRecord } from '../usage.ts';

type State = {
  readonly at: 'beforeStart' | 'running' | 'finished' | 'over';
  readonly id: unknown;
  readonly calls: number;
};

/**
 * What chat clients rely on: chunks of one id, a role first, calls that are announced with id and
 * name and counted without gaps, one finish reason, then at most usage, then [DONE] or an error.
 */
export const streamGrammar: Machine<State, WireEvent, string> = {
  initial: { at: 'beforeStart', id: undefined, calls: 0 },
  step(state, event) {
    const problems: string[] = [];
    return [follow(state, event, problems), problems];
  },
  end: ({ at }) => (at === 'over' ? [] : [`ends ${at}`]),
};

function follow(state: State, { data }: WireEvent, problems: string[]): State {
  if (state.at === 'over') {
    problems.push('an event after the last');
    return state;
  }
  if (data === null) {
    if (state.at !== 'finished') problems.push(`[DONE] ${state.at}`);
    return { ...state, at: 'over' };
  }
  if (data['error'] !== undefined) {
    if (typeof asRecord(data['error'])?.['message'] !== 'string')
      problems.push('an error without words');
    return { ...state, at: 'over' };
  }
  if (data['object'] !== 'chat.completion.chunk') problems.push('not a chunk');
  if (state.id !== undefined && data['id'] !== state.id) problems.push('another id');
  const next = { ...state, id: data['id'] };
  const choices = data['choices'];
  if (!Array.isArray(choices)) {
    problems.push('no choices');
    return next;
  }
  const choice = asRecord(choices[0]);
  if (choice === undefined) {
    if (asRecord(data['usage']) === undefined && data['usage'] !== null)
      problems.push('neither choice nor usage');
    if (state.at !== 'finished') problems.push('usage before the finish');
    return next;
  }
  return followChoice(next, choice, problems);
}

function followChoice(
  state: State,
  choice: Readonly<Record<string, unknown>>,
  problems: string[],
): State {
  if (state.at === 'finished') problems.push('a choice after the finish');
  const delta = asRecord(choice['delta']);
  if (delta === undefined) problems.push('no delta');
  if (state.at === 'beforeStart' && delta?.['role'] !== 'assistant') problems.push('no role');
  let { calls } = state;
  const list = delta?.['tool_calls'];
  if (Array.isArray(list)) {
    if (list.length === 0) problems.push('empty tool_calls');
    for (const entry of list) {
      const call = asRecord(entry) ?? {};
      if (call['index'] === calls) {
        calls++;
        const body = asRecord(call['function']) ?? asRecord(call['custom']);
        if (typeof call['id'] !== 'string' || typeof body?.['name'] !== 'string') {
          problems.push('a call without id or name');
        }
      } else if (call['index'] !== calls - 1) problems.push('a call out of order');
    }
  }
  const finished = typeof choice['finish_reason'] === 'string';
  return { ...state, calls, at: finished ? 'finished' : 'running' };
}
