import type {
  BlockHead,
  Finish,
  JsonObject,
  Machine,
  ReasoningBlock,
  ReportedUsage,
  StreamPart,
} from '@fluxrouter/conversation';
import type { OutEvent, Shown } from '../translate/codec.ts';
import { restampId } from '../translate/sources.ts';
import { encodeFinish, reportUsage } from './encode-answer.ts';
import { reasoningDetail } from './messages.ts';

type State =
  | { readonly at: 'beforeStart' }
  | {
      readonly at: 'running';
      readonly head: JsonObject;
      readonly block: BlockHead | null;
      readonly calls: number;
      readonly details: number;
      readonly finish: Finish | undefined;
      readonly usage: ReportedUsage | undefined;
    }
  | { readonly at: 'over' };
type Running = Extract<State, { at: 'running' }>;

/** Parts → chunks. A part that is an error ends here: its words are written by the dialect's `streamError`. */
export function encodeStream(shown: Shown): Machine<State, StreamPart, OutEvent> {
  return {
    initial: { at: 'beforeStart' },
    step(state, part) {
      if (state.at === 'over') return [state, []];
      if (part.type === 'error') return [{ at: 'over' }, []];
      if (state.at === 'running') return write(state, part, shown);
      if (part.type !== 'start') return [state, []];
      const head = {
        id: restampId(part.id, 'chatcmpl-'),
        object: 'chat.completion.chunk',
        created: part.createdAt ?? shown.createdAt ?? 0,
        model: shown.model ?? part.model,
        // Whoever asked for the usage chunk finds the member in the others too, as null.
        ...(shown.usageChunk === true ? { usage: null } : {}),
      };
      const running: Running = {
        at: 'running',
        head,
        block: null,
        calls: 0,
        details: 0,
        finish: undefined,
        usage: undefined,
      };
      return [running, [chunk(running, { role: 'assistant', content: '' })]];
    },
    end: () => [],
  };
}

function write(
  state: Running,
  part: StreamPart,
  shown: Shown,
): readonly [State, readonly OutEvent[]] {
  switch (part.type) {
    case 'block-delta':
      return [state, [delta(state, part.text, part.logprobs)]];
    case 'block-start': {
      const block = part.block;
      if (block.kind !== 'toolCall') return [{ ...state, block }, []];
      const next = { ...state, block, calls: state.calls + 1 };
      return [next, [chunk(next, { tool_calls: [newCall(block, state.calls)] })]];
    }
    case 'block-end': {
      const next = { ...state, block: null };
      if (part.seal === undefined) return [next, []];
      const sealed: ReasoningBlock = {
        ...(state.block as Extract<BlockHead, { kind: 'reasoning' }>),
        text: '',
        seal: part.seal,
      };
      const detail = reasoningDetail(sealed, state.details);
      return [
        { ...next, details: state.details + 1 },
        [chunk(state, { reasoning_details: [detail] })],
      ];
    }
    case 'usage':
      return [{ ...state, usage: part.usage }, []];
    case 'finish':
      return [{ ...state, finish: part.finish }, []];
    case 'end':
      return [{ at: 'over' }, last(state, shown)];
    default:
      return [state, []];
  }
}

function delta(state: Running, text: string, logprobs: readonly unknown[] | undefined): OutEvent {
  switch (state.block?.kind) {
    case 'reasoning':
      return chunk(state, { reasoning_content: text });
    case 'refusal':
      return chunk(state, { refusal: text });
    case 'toolCall': {
      const index = state.calls - 1;
      return chunk(state, {
        tool_calls: [
          state.block.custom
            ? { index, custom: { input: text } }
            : { index, function: { arguments: text } },
        ],
      });
    }
    default:
      return chunk(state, { content: text }, logprobs);
  }
}

function newCall(
  { id, name, custom }: Extract<BlockHead, { kind: 'toolCall' }>,
  index: number,
): JsonObject {
  return custom
    ? { index, id, type: 'custom', custom: { name, input: '' } }
    : { index, id, type: 'function', function: { name, arguments: '' } };
}

function chunk({ head }: Running, words: JsonObject, logprobs?: readonly unknown[]): OutEvent {
  const choice = {
    index: 0,
    delta: words,
    logprobs: logprobs === undefined ? null : { content: logprobs, refusal: null },
    finish_reason: null,
  };
  return { event: null, data: { ...head, choices: [choice] } };
}

/** The reason, the usage where it is wanted, and the end. */
function last({ head, finish, usage }: Running, shown: Shown): OutEvent[] {
  const choice = { index: 0, delta: {}, logprobs: null, finish_reason: encodeFinish(finish) };
  const events: OutEvent[] = [{ event: null, data: { ...head, choices: [choice] } }];
  if (shown.usageChunk === true) {
    const counts = usage === undefined ? null : reportUsage(usage);
    events.push({ event: null, data: { ...head, choices: [], usage: counts }, usage: true });
  }
  events.push({ event: null, data: null });
  return events;
}
