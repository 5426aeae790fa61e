import type { JsonObject, Machine } from '@fluxrouter/conversation';
import type { WireEvent } from '../translate/codec.ts';
import { asRecord } from '../usage.ts';

interface State {
  readonly at: 'beforeStart' | 'created' | 'betweenItems' | 'inItem' | 'inPart' | 'over';
  readonly sequence: number;
  readonly index: number;
  readonly item: JsonObject;
  /** What the deltas of the part or call under way make. */
  readonly text: string;
}

const over = ['response.completed', 'response.incomplete', 'response.failed'];

/**
 * response.created, in_progress, items one at a time and counted, each with its parts, each text
 * done as its deltas made it; completed, incomplete or failed last. Numbers go up by one.
 */
export const streamGrammar: Machine<State, WireEvent, string> = {
  initial: { at: 'beforeStart', sequence: 0, index: 0, item: {}, text: '' },
  step(state, { event, data }) {
    const problems: string[] = [];
    if (data === null) return [state, ['an event without an object']];
    if (event !== data['type']) problems.push('the event line names another type');
    if (data['sequence_number'] !== state.sequence) problems.push('a number out of sequence');
    const next = follow(state, data, problems);
    return [{ ...next, sequence: state.sequence + 1 }, problems];
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
  if (over.includes(type)) {
    if (state.at === 'beforeStart') return wrong();
    if (type !== 'response.failed' && state.at !== 'betweenItems') return wrong();
    return finish(state, data, problems);
  }
  switch (state.at) {
    case 'beforeStart':
      return type === 'response.created' ? { ...state, at: 'created' } : wrong();
    case 'created':
      return type === 'response.in_progress' ? { ...state, at: 'betweenItems' } : wrong();
    case 'betweenItems': {
      if (type !== 'response.output_item.added') return wrong();
      if (data['output_index'] !== state.index) problems.push('an item out of order');
      const item = asRecord(data['item']) ?? {};
      if (typeof item['id'] !== 'string') problems.push('an item without id');
      return { ...state, at: 'inItem', item, text: '' };
    }
    case 'inItem':
    case 'inPart':
      return within(state, type, data, problems);
  }
}

function within(state: State, type: string, data: JsonObject, problems: string[]): State {
  if (data['output_index'] !== state.index) problems.push('an event of another item');
  if (type === 'response.output_item.done') {
    if (state.at === 'inPart') problems.push('an item done before its part');
    if (asRecord(data['item'])?.['id'] !== state.item['id']) problems.push('another item done');
    return { ...state, at: 'betweenItems', index: state.index + 1 };
  }
  if (data['item_id'] !== state.item['id']) problems.push('an event of another item’s id');
  if (type.endsWith('part.added')) return { ...state, at: 'inPart', text: '' };
  if (type.endsWith('part.done')) {
    if (state.at !== 'inPart') problems.push(`${type} ${state.at}`);
    return { ...state, at: 'inItem' };
  }
  const isCall = String(state.item['type']).endsWith('_call');
  if (!isCall && state.at !== 'inPart') problems.push(`${type} before its part`);
  if (type.endsWith('.delta')) {
    if (typeof data['delta'] !== 'string') problems.push('a delta without text');
    return { ...state, text: state.text + String(data['delta']) };
  }
  if (type.endsWith('.done')) {
    const whole = data['text'] ?? data['refusal'] ?? data['arguments'] ?? data['input'];
    if (whole !== state.text) problems.push(`${type} with another text than its deltas`);
    return state;
  }
  problems.push(`${type} within an item`);
  return state;
}

function finish(state: State, data: JsonObject, problems: string[]): State {
  const response = asRecord(data['response']);
  const type = String(data['type']);
  if (`response.${String(response?.['status'])}` !== type) problems.push('another status');
  if (type === 'response.failed') {
    if (typeof asRecord(response?.['error'])?.['message'] !== 'string') problems.push('no error');
  } else if ((response?.['output'] as unknown[] | undefined)?.length !== state.index) {
    problems.push('another number of items than were told');
  }
  return { ...state, at: 'over' };
}
