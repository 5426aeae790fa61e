import {
  type BlockHead,
  type JsonObject,
  type Machine,
  partsOf,
  readSeal,
  type Seal,
  type StreamPart,
} from '@fluxrouter/conversation';
import type { WireEvent } from '../translate/codec.ts';
import { compact } from '../translate/members.ts';
import { asRecord } from '../usage.ts';
import { HOME } from './content.ts';
import { decodeAnswer, decodeFinish, decodeUsage } from './decode-answer.ts';

type State = BeforeStart | Running | Over;

interface BeforeStart {
  readonly at: 'beforeStart';
}

interface Running {
  readonly at: 'running';
  readonly open: Open | null;
  /** Blocks that have begun. */
  readonly blocks: number;
  readonly called: boolean;
}

interface Open {
  readonly head: BlockHead;
  /** Which part of which item it is. */
  readonly item: number;
  readonly part: number;
  /** Characters told, so that what a `done` event holds beyond them is not lost. */
  readonly told: number;
}

interface Over {
  readonly at: 'over';
}

type Step = readonly [State, readonly StreamPart[]];

const over: Over = { at: 'over' };
const nothing: readonly StreamPart[] = [];
const malformed: Step = [over, [{ type: 'error', cause: 'malformed' }]];

/** Events → parts. */
export function decodeStream(model: string | null): Machine<State, WireEvent, StreamPart> {
  return {
    initial: { at: 'beforeStart' },
    step(state, { data }) {
      if (state.at === 'over') return [state, nothing];
      // Some who speak the dialect end it as chat ends.
      if (data === null) return [state, nothing];
      const type = String(data['type']);
      if (type === 'error' || type === 'response.failed' || type === 'response.cancelled') {
        return [over, [{ type: 'error', cause: 'told', event: data }]];
      }
      if (state.at === 'beforeStart') {
        if (type === 'response.queued') return [state, nothing];
        return asRecord(data['response']) === undefined ? malformed : begin(data, model);
      }
      return readers[type]?.(state, data, model) ?? [state, nothing];
    },
    end: (state) => (state.at === 'over' ? nothing : [{ type: 'error', cause: 'cut' }]),
  };
}

function begin(data: JsonObject, model: string | null): Step {
  const response = asRecord(data['response']) ?? {};
  const { id, model: name, created_at: created } = response;
  const start: StreamPart = compact({
    type: 'start' as const,
    id: typeof id === 'string' ? id : '',
    model: typeof name === 'string' ? name : '',
    createdAt: typeof created === 'number' ? created : undefined,
  });
  const state: Running = { at: 'running', open: null, blocks: 0, called: false };
  if (data['type'] !== 'response.completed' && data['type'] !== 'response.incomplete') {
    return [state, [start]];
  }
  const [next, parts] = finish(state, data, model);
  return [next, [start, ...parts]];
}

type Reader = (state: Running, data: JsonObject, model: string | null) => Step | undefined;

const readers: Readonly<Record<string, Reader>> = {
  'response.output_item.added': beginItem,
  'response.output_item.done': endItem,
  'response.content_part.added': (state, data) =>
    openPart(state, data, asRecord(data['part'])?.['type'], data['content_index']),
  'response.content_part.done': endPart,
  'response.output_text.delta': tellDelta('output_text'),
  'response.output_text.done': tellRest('text'),
  'response.refusal.delta': tellDelta('refusal'),
  'response.refusal.done': tellRest('refusal'),
  'response.reasoning_summary_part.added': (state, data) =>
    openPart(state, data, 'summary_text', data['summary_index']),
  'response.reasoning_summary_text.delta': tellDelta('summary_text'),
  'response.reasoning_summary_text.done': tellRest('text'),
  'response.reasoning_text.delta': tellDelta('reasoning_text'),
  'response.reasoning_text.done': tellRest('text'),
  'response.function_call_arguments.delta': tellDelta(null),
  'response.function_call_arguments.done': tellRest('arguments'),
  'response.custom_tool_call_input.delta': tellDelta(null),
  'response.custom_tool_call_input.done': tellRest('input'),
  'response.completed': finish,
  'response.incomplete': finish,
};

const heads: Readonly<Record<string, BlockHead>> = {
  output_text: { kind: 'text' },
  refusal: { kind: 'refusal' },
  summary_text: { kind: 'reasoning', summary: true },
  reasoning_text: { kind: 'reasoning' },
};

function beginItem(state: Running, data: JsonObject): Step | undefined {
  const item = asRecord(data['item']) ?? {};
  const { type, call_id: id, name } = item;
  if (type === 'message' || type === 'reasoning') return undefined;
  if (type !== 'function_call' && type !== 'custom_tool_call') {
    return [
      state,
      [{ type: 'note', note: { kind: 'dropped', code: 'opaque_block', path: 'answer' } }],
    ];
  }
  const head: BlockHead = compact({
    kind: 'toolCall' as const,
    id: typeof id === 'string' ? id : '',
    name: typeof name === 'string' ? name : '',
    custom: type === 'custom_tool_call' ? (true as const) : undefined,
  });
  return open({ ...state, called: true }, head, indexOf(data), 0);
}

function openPart(
  state: Running,
  data: JsonObject,
  type: unknown,
  index: unknown,
): Step | undefined {
  const head = Object.hasOwn(heads, String(type)) ? heads[String(type)] : undefined;
  const part = typeof index === 'number' ? index : 0;
  if (head === undefined || isOpen(state, indexOf(data), part)) return undefined;
  return open(state, head, indexOf(data), part);
}

/** What is open ends where the next begins: parts come one at a time. */
function open(state: Running, head: BlockHead, item: number, part: number): Step {
  const parts: StreamPart[] = state.open === null ? [] : [{ type: 'block-end' }];
  parts.push({ type: 'block-start', block: head });
  return [{ ...state, open: { head, item, part, told: 0 }, blocks: state.blocks + 1 }, parts];
}

function isOpen({ open: current }: Running, item: number, part: number): boolean {
  return current?.item === item && current.part === part;
}

function indexOf(data: JsonObject): number {
  const index = data['output_index'];
  return typeof index === 'number' ? index : -1;
}

function partIndexOf(data: JsonObject): number {
  const index = data['content_index'] ?? data['summary_index'];
  return typeof index === 'number' ? index : 0;
}

/** Where a part was not announced, its first delta does it. */
function tellDelta(type: string | null): Reader {
  return (state, data) => {
    const { delta: text, logprobs } = data;
    if (typeof text !== 'string' || text === '') return undefined;
    if (isOpen(state, indexOf(data), partIndexOf(data))) return tell(state, text, logprobs);
    const opened = type === null ? undefined : openPart(state, data, type, partIndexOf(data));
    if (opened === undefined) return malformed;
    const [next, parts] = opened;
    const [told, more] = tell(next as Running, text, logprobs);
    return [told, [...parts, ...more]];
  };
}

function tell(state: Running, text: string, logprobs: unknown): Step {
  const current = state.open as Open;
  const kept = Array.isArray(logprobs) && logprobs.length > 0 ? logprobs : undefined;
  return [
    { ...state, open: { ...current, told: current.told + text.length } },
    [compact({ type: 'block-delta' as const, text, logprobs: kept })],
  ];
}

/** Some send a block's words only when it is done, or its last words. */
function tellRest(field: string): Reader {
  return (state, data) => {
    const text = data[field];
    if (typeof text !== 'string' || state.open === null) return undefined;
    if (!isOpen(state, indexOf(data), partIndexOf(data))) return undefined;
    const rest = text.slice(state.open.told);
    return rest === '' ? undefined : tell(state, rest, undefined);
  };
}

/** A text's part ends here; reasoning's with its item, which has the seal. */
function endPart(state: Running, data: JsonObject): Step | undefined {
  if (!isOpen(state, indexOf(data), partIndexOf(data))) return undefined;
  if (state.open?.head.kind === 'reasoning') return undefined;
  const part = asRecord(data['part']);
  return close(state, part?.['text'] ?? part?.['refusal']);
}

function close(state: Running, whole: unknown, seal?: Seal): Step {
  const parts: StreamPart[] = [];
  const rest = typeof whole === 'string' ? whole.slice(state.open?.told ?? 0) : '';
  if (rest !== '') parts.push({ type: 'block-delta', text: rest });
  parts.push(compact({ type: 'block-end' as const, seal }));
  return [{ ...state, open: null }, parts];
}

function endItem(state: Running, data: JsonObject, model: string | null): Step | undefined {
  const item = asRecord(data['item']) ?? {};
  const isCurrent = state.open?.item === indexOf(data);
  switch (item['type']) {
    case 'function_call':
    case 'custom_tool_call':
      return isCurrent ? close(state, item['arguments'] ?? item['input']) : undefined;
    case 'message':
      return isCurrent ? close(state, undefined) : undefined;
    case 'reasoning':
      return endReasoning(state, item, isCurrent, model);
    default:
      return undefined;
  }
}

function endReasoning(
  state: Running,
  item: JsonObject,
  isCurrent: boolean,
  model: string | null,
): Step | undefined {
  const sealed = item['encrypted_content'];
  const seal = typeof sealed === 'string' && sealed !== '' ? sealOf(sealed, model) : undefined;
  if (isCurrent) return close(state, undefined, seal);
  if (seal === undefined) return undefined;
  const [next, parts] = open(state, { kind: 'reasoning', hidden: true }, -1, 0);
  const [closed, more] = close(next as Running, undefined, seal);
  return [closed, [...parts, ...more]];
}

function sealOf(sealed: string, model: string | null): Seal {
  const seal = readSeal(sealed, HOME);
  return model === null ? seal : { origin: { dialect: HOME, model }, data: seal.data };
}

function finish(state: Running, data: JsonObject, model: string | null): Step {
  const response = asRecord(data['response']);
  if (response === undefined) return malformed;
  const parts: StreamPart[] = state.open === null ? [] : [{ type: 'block-end' }];
  // Some say nothing until the end, and then all of it.
  const whole = state.blocks === 0 ? decodeAnswer(response, model) : null;
  if (whole !== null) {
    const told = partsOf(whole).filter(({ type }) => type.startsWith('block-') || type === 'note');
    parts.push(...told);
  }
  const usage = decodeUsage(response['usage']);
  if (usage !== undefined) parts.push({ type: 'usage', usage });
  const called = state.called || whole?.choices[0]?.finish?.reason === 'toolCalls';
  parts.push({ type: 'finish', finish: decodeFinish(response, called) }, { type: 'end' });
  return [over, parts];
}
