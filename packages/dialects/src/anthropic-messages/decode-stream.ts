import {
  type BlockHead,
  type JsonObject,
  type Machine,
  readSeal,
  type Seal,
  type StreamPart,
} from '@fluxrouter/conversation';
import type { WireEvent } from '../translate/codec.ts';
import { compact } from '../translate/members.ts';
import { asRecord } from '../usage.ts';
import { HOME } from './content.ts';
import { decodeFinish, decodeUsage } from './decode-answer.ts';
import { mergeReports } from './usage.ts';

type State = BeforeStart | BetweenBlocks | InBlock | Over;

interface BeforeStart {
  readonly at: 'beforeStart';
}

interface BetweenBlocks {
  readonly at: 'betweenBlocks';
  readonly usage: Record<string, unknown>;
  readonly finished: boolean;
}

interface InBlock {
  readonly at: 'inBlock';
  readonly usage: Record<string, unknown>;
  /** null: of a kind that only this dialect has. */
  readonly head: BlockHead | null;
  readonly signature: string | null;
  /** A call's input as it was in its first event; null: pieces of it have come since. */
  readonly input: JsonObject | null;
}

interface Over {
  readonly at: 'over';
}

type Step = readonly [State, readonly StreamPart[]];

const over: Over = { at: 'over' };
const nothing: readonly StreamPart[] = [];
const malformed: Step = [over, [{ type: 'error', cause: 'malformed' }]];
/** A signature is a few KB. */
const SIGNATURE_CHARACTERS_MAX = 1024 * 1024;

/** Events → parts. */
export function decodeStream(model: string | null): Machine<State, WireEvent, StreamPart> {
  return {
    initial: { at: 'beforeStart' },
    step(state, { data }) {
      if (state.at === 'over') return [state, nothing];
      if (data === null) return malformed;
      switch (data['type']) {
        case 'content_block_delta':
          return state.at === 'inBlock' ? readDelta(state, data) : malformed;
        case 'content_block_start':
          return state.at === 'betweenBlocks' && !state.finished
            ? beginBlock(state, data)
            : malformed;
        case 'content_block_stop':
          return state.at === 'inBlock' ? endBlock(state, model) : malformed;
        case 'message_start':
          return state.at === 'beforeStart' ? begin(data) : malformed;
        case 'message_delta':
          if (state.at === 'inBlock') return readProgress(state, data);
          return state.at === 'betweenBlocks' ? readEnd(state, data) : malformed;
        case 'message_stop':
          return stop(state);
        case 'error':
          return [over, [{ type: 'error', cause: 'told', event: data }]];
        default:
          // Pings, and events of days to come.
          return [state, nothing];
      }
    },
    end(state) {
      if (state.at === 'over') return nothing;
      const finished = state.at === 'betweenBlocks' && state.finished;
      return [finished ? { type: 'end' } : { type: 'error', cause: 'cut' }];
    },
  };
}

function begin(data: JsonObject): Step {
  const message = asRecord(data['message']);
  if (message === undefined) return malformed;
  const { id, model } = message;
  const start: StreamPart = {
    type: 'start',
    id: typeof id === 'string' ? id : '',
    model: typeof model === 'string' ? model : '',
  };
  const usage = mergeReports({}, message['usage']);
  const reported = decodeUsage(usage);
  return [
    { at: 'betweenBlocks', usage, finished: false },
    reported === undefined ? [start] : [start, { type: 'usage', usage: reported }],
  ];
}

function beginBlock({ usage }: BetweenBlocks, data: JsonObject): Step {
  const block = asRecord(data['content_block']);
  const read = block === undefined ? undefined : headOf(block);
  const state: InBlock = { at: 'inBlock', usage, head: null, signature: null, input: null };
  if (block === undefined || read === undefined) {
    const note = { kind: 'dropped', code: 'opaque_block', path: 'answer' } as const;
    return [state, [{ type: 'note', note }]];
  }
  const parts: StreamPart[] = [{ type: 'block-start', block: read.head }];
  if (read.text !== '') parts.push({ type: 'block-delta', text: read.text });
  return [{ ...state, ...read }, parts];
}

/** What a block begins with; undefined: a kind that only this dialect has. */
function headOf(block: JsonObject) {
  const { type, id, name, text, thinking, data, signature } = block;
  const words = { text: '', signature: null as string | null, input: null as JsonObject | null };
  switch (type) {
    case 'text':
      return { ...words, head: { kind: 'text' } as const, text: textOf(text) };
    case 'thinking': {
      const sealed = textOf(signature);
      return {
        ...words,
        head: { kind: 'reasoning' } as const,
        text: textOf(thinking),
        signature: sealed === '' ? null : sealed,
      };
    }
    case 'redacted_thinking': {
      const head = { kind: 'reasoning', hidden: true } as const;
      return { ...words, head, signature: textOf(data) };
    }
    case 'tool_use': {
      const head = { kind: 'toolCall', id: textOf(id), name: textOf(name) } as const;
      return { ...words, head, input: asRecord(block['input']) ?? null };
    }
    default:
      return undefined;
  }
}

function readDelta(state: InBlock, data: JsonObject): Step {
  const delta = asRecord(data['delta']);
  if (delta === undefined) return malformed;
  if (state.head === null) return [state, nothing];
  switch (delta['type']) {
    case 'text_delta':
      return tell(state, delta['text']);
    case 'thinking_delta':
      return tell(state, delta['thinking']);
    case 'input_json_delta':
      return tell(state.input === null ? state : { ...state, input: null }, delta['partial_json']);
    case 'signature_delta': {
      const signature = (state.signature ?? '') + textOf(delta['signature']);
      return signature.length > SIGNATURE_CHARACTERS_MAX
        ? malformed
        : [{ ...state, signature }, nothing];
    }
    default: {
      const code = delta['type'] === 'citations_delta' ? 'citations' : 'native_field';
      return [state, [{ type: 'note', note: { kind: 'dropped', code, path: 'answer' } }]];
    }
  }
}

function tell(state: InBlock, text: unknown): Step {
  return [
    state,
    typeof text === 'string' && text !== '' ? [{ type: 'block-delta', text }] : nothing,
  ];
}

function endBlock({ head, usage, signature, input }: InBlock, model: string | null): Step {
  const next: BetweenBlocks = { at: 'betweenBlocks', usage, finished: false };
  if (head === null) return [next, nothing];
  const parts: StreamPart[] = [];
  // A whole input in the block's first event, as some who speak the dialect send it.
  if (input !== null && Object.keys(input).length > 0) {
    parts.push({ type: 'block-delta', text: JSON.stringify(input) });
  }
  const seal = signature === null ? undefined : sealOf(signature, model);
  parts.push(compact({ type: 'block-end' as const, seal }));
  return [next, parts];
}

function sealOf(signature: string, model: string | null): Seal {
  const seal = readSeal(signature, HOME);
  return model === null ? seal : { origin: { dialect: HOME, model }, data: seal.data };
}

/** "One or more message_delta events": one within a block tells of usage so far, and ends nothing. */
function readProgress(state: InBlock, data: JsonObject): Step {
  if (typeof asRecord(data['delta'])?.['stop_reason'] === 'string') return malformed;
  const usage = mergeReports(state.usage, data['usage']);
  const reported = decodeUsage(usage);
  return [
    { ...state, usage },
    reported === undefined ? nothing : [{ type: 'usage', usage: reported }],
  ];
}

function readEnd(state: BetweenBlocks, data: JsonObject): Step {
  const parts: StreamPart[] = [];
  const usage = mergeReports(state.usage, data['usage']);
  const reported = decodeUsage(usage);
  if (reported !== undefined) parts.push({ type: 'usage', usage: reported });
  const delta = asRecord(data['delta']);
  const reason = delta?.['stop_reason'];
  if (typeof reason !== 'string') return [{ ...state, usage }, parts];
  parts.push({ type: 'finish', finish: decodeFinish(reason, delta?.['stop_sequence']) });
  return [{ at: 'betweenBlocks', usage, finished: true }, parts];
}

function stop(state: State): Step {
  if (state.at !== 'betweenBlocks') return malformed;
  if (state.finished) return [over, [{ type: 'end' }]];
  return [over, [{ type: 'finish', finish: { reason: 'stop' } }, { type: 'end' }]];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
