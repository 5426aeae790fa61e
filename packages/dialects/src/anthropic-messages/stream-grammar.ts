import type { JsonObject, Machine } from '@fluxrouter/conversation';
import type { WireEvent } from '../translate/codec.ts';
import { asRecord } from '../usage.ts';

type State =
  | { readonly at: 'beforeStart' | 'finished' | 'over' }
  | { readonly at: 'betweenBlocks'; readonly index: number }
  | { readonly at: 'inBlock'; readonly index: number; readonly type: string };

const deltas: Readonly<Record<string, readonly string[]>> = {
  text: ['text_delta', 'citations_delta'],
  thinking: ['thinking_delta', 'signature_delta'],
  tool_use: ['input_json_delta'],
};

const usageMembers = [
  'input_tokens',
  'cache_creation_input_tokens',
  'cache_read_input_tokens',
  'output_tokens',
];

/**
 * message_start, blocks one at a time and counted, message_delta, message_stop; or an error, at any
 * time and last. Clients go by the name in the event line, so it must be the type's.
 */
export const streamGrammar: Machine<State, WireEvent, string> = {
  initial: { at: 'beforeStart' },
  step(state, { event, data }) {
    const problems: string[] = [];
    if (data === null) return [state, ['an event without an object']];
    if (event !== data['type']) problems.push('the event line names another type');
    const next = follow(state, data, problems);
    return [next, problems];
  },
  end: ({ at }) => (at === 'over' ? [] : [`ends ${at}`]),
};

function follow(state: State, data: JsonObject, problems: string[]): State {
  const type = String(data['type']);
  const wrong = (): State => {
    problems.push(`${type} ${state.at}`);
    return state;
  };
  if (state.at === 'over') return wrong();
  if (type === 'ping') return state;
  if (type === 'error') {
    if (typeof asRecord(data['error'])?.['message'] !== 'string')
      problems.push('an error without words');
    return { at: 'over' };
  }
  switch (state.at) {
    case 'beforeStart': {
      if (type !== 'message_start') return wrong();
      const usage = asRecord(asRecord(data['message'])?.['usage']);
      for (const name of usageMembers) {
        if (typeof usage?.[name] !== 'number') problems.push(`message_start without ${name}`);
      }
      return { at: 'betweenBlocks', index: 0 };
    }
    case 'betweenBlocks': {
      if (type === 'message_delta') {
        if (typeof asRecord(data['delta'])?.['stop_reason'] !== 'string')
          problems.push('no stop_reason');
        if (typeof asRecord(data['usage'])?.['output_tokens'] !== 'number')
          problems.push('no usage');
        return { at: 'finished' };
      }
      if (type !== 'content_block_start') return wrong();
      if (data['index'] !== state.index) problems.push('a block out of order');
      const block = asRecord(data['content_block']);
      return { at: 'inBlock', index: state.index, type: String(block?.['type']) };
    }
    case 'inBlock': {
      if (data['index'] !== state.index) problems.push('an event of another block');
      if (type === 'content_block_stop') return { at: 'betweenBlocks', index: state.index + 1 };
      if (type !== 'content_block_delta') return wrong();
      const kind = String(asRecord(data['delta'])?.['type']);
      if (deltas[state.type]?.includes(kind) !== true) problems.push(`${kind} in ${state.type}`);
      return state;
    }
    case 'finished':
      return type === 'message_stop' ? { at: 'over' } : wrong();
  }
}
