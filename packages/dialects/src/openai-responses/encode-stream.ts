import type {
  BlockHead,
  Finish,
  JsonObject,
  Machine,
  ReasoningBlock,
  ReportedUsage,
  Seal,
  StreamPart,
} from '@fluxrouter/conversation';
import type { OutEvent, Shown } from '../translate/codec.ts';
import { compact } from '../translate/members.ts';
import { restampId } from '../translate/sources.ts';
import { reasoningItem } from './encode-items.ts';
import { encodeFinish, type ResponseHead, reportUsage, responseObject } from './response-object.ts';
import { itemId } from './stream-items.ts';

type State = { readonly at: 'beforeStart' } | Running | { readonly at: 'over' };

interface Running {
  readonly at: 'running';
  readonly head: ResponseHead;
  readonly sequence: number;
  readonly index: number;
  readonly open: Open | null;
  /** The newest first: what has been told is told again at the end. */
  readonly items: Items;
  readonly finish: Finish | undefined;
  readonly usage: ReportedUsage | undefined;
}

type Items = { readonly item: JsonObject; readonly earlier: Items } | null;

interface Open {
  readonly block: BlockHead;
  readonly id: string;
  readonly text: string;
  readonly logprobs: readonly unknown[];
}

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
      const head: ResponseHead = {
        id: restampId(part.id, 'resp_'),
        createdAt: part.createdAt ?? shown.createdAt ?? 0,
        model: shown.model ?? part.model,
      };
      const out = new Out(0);
      const response = responseObject(head, 'in_progress', [], {});
      out.event('response.created', { response });
      out.event('response.in_progress', { response });
      const running: Running = {
        at: 'running',
        head,
        sequence: out.sequence,
        index: 0,
        open: null,
        items: null,
        finish: undefined,
        usage: undefined,
      };
      return [running, out.events];
    },
    end: () => [],
  };
}

/** Events counted as they are written. */
class Out {
  readonly events: OutEvent[] = [];
  sequence: number;

  constructor(sequence: number) {
    this.sequence = sequence;
  }

  event(type: string, members: JsonObject): void {
    const data = { type, sequence_number: this.sequence++, ...members };
    this.events.push({ event: type, data });
  }
}

function write(state: Running, part: StreamPart): Step {
  switch (part.type) {
    case 'block-delta':
      return state.open === null ? [state, []] : tell(state, state.open, part.text, part.logprobs);
    case 'block-start':
      return begin(state, part.block);
    case 'block-end':
      return state.open === null ? [state, []] : close(state, state.open, part.seal);
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

function begin(state: Running, block: BlockHead): Step {
  const item = itemOf(block, '', 'in_progress', [], undefined);
  const id = itemId(item, state.head.id, state.index);
  const out = new Out(state.sequence);
  const shownItem = item['type'] === 'message' ? { ...item, content: [] } : item;
  out.event('response.output_item.added', {
    output_index: state.index,
    item: { id, ...shownItem },
  });
  if (block.kind === 'text' || block.kind === 'refusal') {
    const place = { item_id: id, output_index: state.index, content_index: 0 };
    out.event('response.content_part.added', { ...place, part: partOf(block.kind, '', []) });
  }
  const open: Open = { block, id, text: '', logprobs: [] };
  return [{ ...state, open, sequence: out.sequence }, out.events];
}

function tell(
  state: Running,
  open: Open,
  text: string,
  logprobs: readonly unknown[] | undefined,
): Step {
  const out = new Out(state.sequence);
  const { block, id } = open;
  const place = { item_id: id, output_index: state.index };
  const next: Open = {
    ...open,
    text: open.text + text,
    logprobs: logprobs === undefined ? open.logprobs : open.logprobs.concat(logprobs),
  };
  switch (block.kind) {
    case 'text':
      out.event('response.output_text.delta', {
        ...place,
        content_index: 0,
        delta: text,
        logprobs: logprobs ?? [],
      });
      break;
    case 'refusal':
      out.event('response.refusal.delta', { ...place, content_index: 0, delta: text });
      break;
    case 'reasoning':
      if (open.text === '') {
        const part = { type: 'summary_text', text: '' };
        out.event('response.reasoning_summary_part.added', { ...place, summary_index: 0, part });
      }
      out.event('response.reasoning_summary_text.delta', {
        ...place,
        summary_index: 0,
        delta: text,
      });
      break;
    case 'toolCall':
      out.event(`response.${argumentsOf(block)}.delta`, { ...place, delta: text });
      break;
  }
  return [{ ...state, open: next, sequence: out.sequence }, out.events];
}

function argumentsOf({ custom }: Extract<BlockHead, { kind: 'toolCall' }>): string {
  return custom ? 'custom_tool_call_input' : 'function_call_arguments';
}

function close(state: Running, open: Open, seal: Seal | undefined): Step {
  const out = new Out(state.sequence);
  const { block, id, text, logprobs } = open;
  const place = { item_id: id, output_index: state.index };
  switch (block.kind) {
    case 'text':
    case 'refusal': {
      const at = { ...place, content_index: 0 };
      if (block.kind === 'text') out.event('response.output_text.done', { ...at, text, logprobs });
      else out.event('response.refusal.done', { ...at, refusal: text });
      out.event('response.content_part.done', { ...at, part: partOf(block.kind, text, logprobs) });
      break;
    }
    case 'reasoning':
      if (text !== '') {
        const at = { ...place, summary_index: 0 };
        out.event('response.reasoning_summary_text.done', { ...at, text });
        const part = { type: 'summary_text', text };
        out.event('response.reasoning_summary_part.done', { ...at, part });
      }
      break;
    case 'toolCall': {
      const name = argumentsOf(block);
      out.event(`response.${name}.done`, {
        ...place,
        [block.custom ? 'input' : 'arguments']: text,
      });
      break;
    }
  }
  const item = { id, ...itemOf(block, text, 'completed', logprobs, seal) };
  out.event('response.output_item.done', { output_index: state.index, item });
  return [
    {
      ...state,
      open: null,
      index: state.index + 1,
      items: { item, earlier: state.items },
      sequence: out.sequence,
    },
    out.events,
  ];
}

function itemOf(
  block: BlockHead,
  text: string,
  status: string,
  logprobs: readonly unknown[],
  seal: Seal | undefined,
): JsonObject {
  switch (block.kind) {
    case 'text':
    case 'refusal':
      return {
        type: 'message',
        status,
        role: 'assistant',
        content: [partOf(block.kind, text, logprobs)],
      };
    case 'reasoning': {
      const { summary, hidden } = block;
      const words: ReasoningBlock = compact({
        kind: 'reasoning' as const,
        text,
        summary,
        hidden: hidden === true || text === '' ? (true as const) : undefined,
        seal,
      });
      return reasoningItem([words], undefined, { home: false, wrapSeals: true });
    }
    case 'toolCall': {
      const { id: call_id, name, custom } = block;
      return custom
        ? { type: 'custom_tool_call', status, call_id, name, input: text }
        : { type: 'function_call', status, call_id, name, arguments: text };
    }
  }
}

function partOf(kind: 'text' | 'refusal', text: string, logprobs: readonly unknown[]): JsonObject {
  return kind === 'text'
    ? { type: 'output_text', annotations: [], logprobs, text }
    : { type: 'refusal', refusal: text };
}

function last({ head, items, finish, usage, sequence }: Running): OutEvent[] {
  const output: JsonObject[] = [];
  for (let entry = items; entry !== null; entry = entry.earlier) output.push(entry.item);
  output.reverse();
  const { status, incomplete_details } = encodeFinish(finish);
  const response = responseObject(head, status, output, {
    incomplete_details,
    usage: reportUsage(usage),
  });
  const type = `response.${status}`;
  const data = { type, sequence_number: sequence, response };
  return [{ event: type, data, usage: true }];
}
