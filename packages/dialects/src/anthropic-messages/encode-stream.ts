import {
  type BlockHead,
  type Finish,
  type JsonObject,
  type Machine,
  type ReportedUsage,
  type StreamPart,
  writeSeal,
} from '@fluxrouter/conversation';
import type { OutEvent, Shown } from '../translate/codec.ts';
import { restampId } from '../translate/sources.ts';
import { callId, HOME } from './content.ts';
import { encodeFinish, reportUsage } from './encode-answer.ts';
import { encodeUsage } from './usage.ts';

type State =
  | { readonly at: 'beforeStart' }
  | {
      readonly at: 'running';
      readonly block: BlockHead | null;
      readonly index: number;
      readonly refused: boolean;
      readonly finish: Finish | undefined;
      readonly usage: ReportedUsage | undefined;
    }
  | { readonly at: 'over' };
type Running = Extract<State, { at: 'running' }>;
type Step = readonly [State, readonly OutEvent[]];

/** Parts → events. */
export function encodeStream(shown: Shown): Machine<State, StreamPart, OutEvent> {
  return {
    initial: { at: 'beforeStart' },
    step(state, part) {
      if (state.at === 'over') return [state, []];
      if (part.type === 'error') return [{ at: 'over' }, []];
      if (state.at === 'running') return write(state, part);
      if (part.type !== 'start') return [state, []];
      const message = {
        id: restampId(part.id, 'msg_'),
        type: 'message',
        role: 'assistant',
        model: shown.model ?? part.model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: encodeUsage({}),
      };
      const running: Running = {
        at: 'running',
        block: null,
        index: 0,
        refused: false,
        finish: undefined,
        usage: undefined,
      };
      return [running, [event('message_start', { message })]];
    },
    end: () => [],
  };
}

function write(state: Running, part: StreamPart): Step {
  switch (part.type) {
    case 'block-delta':
      return [state, [delta(state, deltaOf(state.block, part.text))]];
    case 'block-start': {
      const next = { ...state, block: part.block, refused: state.refused || isRefusal(part.block) };
      const events = [
        event('content_block_start', { index: state.index, content_block: opening(part.block) }),
      ];
      if (isCustom(part.block)) {
        events.push(delta(next, { type: 'input_json_delta', partial_json: '{"input":"' }));
      }
      return [next, events];
    }
    case 'block-end': {
      const events: OutEvent[] = [];
      if (isCustom(state.block)) {
        events.push(delta(state, { type: 'input_json_delta', partial_json: '"}' }));
      }
      if (part.seal !== undefined) {
        const signature = writeSeal(part.seal, HOME);
        events.push(delta(state, { type: 'signature_delta', signature }));
      }
      events.push(event('content_block_stop', { index: state.index }));
      return [{ ...state, block: null, index: state.index + 1 }, events];
    }
    case 'usage':
      return [{ ...state, usage: part.usage }, []];
    case 'finish':
      return [{ ...state, finish: part.finish }, []];
    case 'end':
      return [{ at: 'over' }, last(state)];
    default:
      return [state, []];
  }
}

function opening(block: BlockHead): JsonObject {
  switch (block.kind) {
    case 'text':
    case 'refusal':
      return { type: 'text', text: '' };
    case 'reasoning':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'toolCall':
      return { type: 'tool_use', id: callId(block.id), name: block.name, input: {} };
  }
}

function deltaOf(block: BlockHead | null, text: string): JsonObject {
  switch (block?.kind) {
    case 'reasoning':
      return { type: 'thinking_delta', thinking: text };
    case 'toolCall':
      return {
        type: 'input_json_delta',
        partial_json: block.custom ? JSON.stringify(text).slice(1, -1) : text,
      };
    default:
      return { type: 'text_delta', text };
  }
}

function isCustom(block: BlockHead | null): boolean {
  return block?.kind === 'toolCall' && block.custom === true;
}

function isRefusal({ kind }: BlockHead): boolean {
  return kind === 'refusal';
}

function last({ finish, usage, refused }: Running): OutEvent[] {
  const reason = {
    stop_reason: encodeFinish(finish, refused),
    stop_sequence: finish?.stopSequence ?? null,
  };
  const counts = usage === undefined ? encodeUsage({}) : reportUsage(usage);
  return [
    { ...event('message_delta', { delta: reason, usage: counts }), usage: true },
    event('message_stop', {}),
  ];
}

function delta({ index }: Running, words: JsonObject): OutEvent {
  return event('content_block_delta', { index, delta: words });
}

function event(type: string, members: JsonObject): OutEvent {
  return { event: type, data: { type, ...members } };
}
