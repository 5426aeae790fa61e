import type { BlockHead, JsonObject, Machine, Seal, StreamPart } from '@fluxrouter/conversation';
import { recordsOf } from '../read-events.ts';
import type { WireEvent } from '../translate/codec.ts';
import { advance, isComplete, type JsonProgress, noJson } from '../translate/json-progress.ts';
import { compact } from '../translate/members.ts';
import { asRecord } from '../usage.ts';
import { HOME } from './content.ts';
import { decodeFinish, decodeUsage } from './decode-answer.ts';

type State = BeforeStart | Running | Over;

interface BeforeStart {
  readonly at: 'beforeStart';
}

interface Running {
  readonly at: 'running';
  readonly open: Block | null;
  /** Pieces of blocks that came while a call was under way whose JSON is not complete. */
  readonly waiting: readonly Block[];
  /** Characters that have ever waited. */
  readonly waited: number;
  readonly calls: number;
  readonly finished: boolean;
}

interface Over {
  readonly at: 'over';
}

interface Block {
  readonly head: BlockHead;
  /** Of a call, as upstream counts them; null: it does not. */
  readonly index: number | null;
  readonly progress: JsonProgress;
  /** What waits to be told. */
  readonly text: string;
}

const over: Over = { at: 'over' };
/** Pieces that wait are kept; more than this, characters, is no answer of anybody's. */
const WAITED_CHARACTERS_MAX = 8 * 1024 * 1024;
/** What a block takes beside its text, about. */
const BLOCK_CHARACTERS = 200;

/**
 * Chunks → parts. Vendors interleave the calls of one answer now and then; parts never do: what
 * belongs to a later call waits until the JSON of the one under way is complete.
 */
export function decodeStream(model: string | null): Machine<State, WireEvent, StreamPart> {
  const seal = model === null ? undefined : { origin: { dialect: HOME, model }, data: '' };
  return {
    initial: { at: 'beforeStart' },
    step(state, { event, data }) {
      if (state.at === 'over') return [state, []];
      if (data === null) return finishAll(state, seal);
      if (event === 'error' || asRecord(data['error']) !== undefined) {
        return [over, [{ type: 'error', cause: 'told', event: data }]];
      }
      return readChunk(state, data, seal);
    },
    end(state) {
      if (state.at === 'over') return [];
      if (state.at === 'running' && state.finished) return [{ type: 'end' }];
      return [{ type: 'error', cause: 'cut' }];
    },
  };
}

function finishAll(
  state: BeforeStart | Running,
  seal: Seal | undefined,
): readonly [State, readonly StreamPart[]] {
  if (state.at === 'beforeStart') return [over, [{ type: 'error', cause: 'cut' }]];
  if (state.finished) return [over, [{ type: 'end' }]];
  // Some vendors never say why they stopped.
  const step = new Step(state, seal);
  step.finish(undefined);
  return [over, [...step.parts, { type: 'end' }]];
}

function readChunk(
  state: BeforeStart | Running,
  chunk: JsonObject,
  seal: Seal | undefined,
): readonly [State, readonly StreamPart[]] {
  const step = new Step(state.at === 'running' ? state : begun, seal);
  if (state.at === 'beforeStart') step.start(chunk);
  const choices = chunk['choices'];
  const choice = asRecord(Array.isArray(choices) ? choices[0] : undefined);
  if (typeof choice?.['index'] === 'number' && choice['index'] > 0) step.another();
  else if (choice !== undefined) {
    const delta = asRecord(choice['delta']);
    if (delta !== undefined) step.readDelta(delta, choice['logprobs']);
    const reason = choice['finish_reason'];
    if (typeof reason === 'string' && reason !== '') step.finish(reason);
  }
  const reported =
    chunk['usage'] ?? asRecord(chunk['x_groq'])?.['usage'] ?? choice?.['usage'] ?? undefined;
  const usage = reported === undefined ? undefined : decodeUsage(reported);
  if (usage !== undefined) step.parts.push({ type: 'usage', usage });
  return step.result();
}

const begun: Running = {
  at: 'running',
  open: null,
  waiting: [],
  waited: 0,
  calls: 0,
  finished: false,
};

/** One step: changes nothing but what it will return. */
class Step {
  readonly parts: StreamPart[] = [];
  #open: Block | null;
  #waiting: readonly Block[];
  #waited: number;
  #calls: number;
  #finished: boolean;
  #broken = false;
  readonly #seal: Seal | undefined;

  constructor(state: Running, seal: Seal | undefined) {
    this.#open = state.open;
    this.#waiting = state.waiting;
    this.#waited = state.waited;
    this.#calls = state.calls;
    this.#finished = state.finished;
    this.#seal = seal;
  }

  result(): readonly [State, readonly StreamPart[]] {
    if (this.#broken) return [over, [...this.parts, { type: 'error', cause: 'malformed' }]];
    const state: Running = {
      at: 'running',
      open: this.#open,
      waiting: this.#waiting,
      waited: this.#waited,
      calls: this.#calls,
      finished: this.#finished,
    };
    return [state, this.parts];
  }

  start(chunk: JsonObject): void {
    const { id, model, created } = chunk;
    this.parts.push(
      compact({
        type: 'start' as const,
        id: typeof id === 'string' ? id : '',
        model: typeof model === 'string' ? model : '',
        createdAt: typeof created === 'number' ? created : undefined,
      }),
    );
  }

  /** A second answer: nobody asked for one, and no other dialect has a place for it. */
  another(): void {
    this.parts.push({ type: 'note', note: { kind: 'dropped', code: 'answers', path: 'answer' } });
  }

  readDelta(delta: JsonObject, logprobs: unknown): void {
    const { content, reasoning_content: thinking, reasoning, refusal, tool_calls: calls } = delta;
    if (isText(thinking)) this.#words('reasoning', thinking);
    else if (isText(reasoning)) this.#words('reasoning', reasoning);
    else {
      for (const { text } of recordsOf(delta['reasoning_details'])) {
        if (isText(text)) this.#words('reasoning', text);
      }
    }
    if (isText(content)) this.#words('text', content, logprobsOf(logprobs));
    else if (Array.isArray(content)) for (const part of content) this.#readPart(asRecord(part));
    if (isText(refusal)) this.#words('refusal', refusal);
    // `tool_calls: []` beside text is nothing at all.
    if (Array.isArray(calls)) for (const call of calls) this.#readCall(asRecord(call) ?? {});
  }

  /** Mistral: content in parts, thinking among them. */
  #readPart(part: JsonObject | undefined): void {
    const { type, text, thinking } = part ?? {};
    if (type === 'text' && isText(text)) this.#words('text', text);
    if (type !== 'thinking' || !Array.isArray(thinking)) return;
    for (const piece of thinking) {
      const words = asRecord(piece)?.['text'];
      if (isText(words)) this.#words('reasoning', words);
    }
  }

  #words(
    kind: 'text' | 'reasoning' | 'refusal',
    text: string,
    logprobs?: readonly unknown[],
  ): void {
    if (this.#finished) return this.#break();
    if (this.#open?.head.kind !== kind) {
      const last = this.#waiting.at(-1);
      if (this.#mustWait()) {
        if (last?.head.kind === kind) this.#addWaiting(this.#waiting.length - 1, text);
        else this.#wait({ head: { kind }, index: null, progress: noJson, text });
        return;
      }
      this.#begin({ head: { kind }, index: null, progress: noJson, text: '' });
    }
    this.parts.push(compact({ type: 'block-delta' as const, text, logprobs }));
  }

  #readCall(call: JsonObject): void {
    const custom = asRecord(call['custom']);
    const body = custom ?? asRecord(call['function']);
    const index = typeof call['index'] === 'number' ? call['index'] : null;
    const id = isText(call['id']) ? call['id'] : null;
    const name = isText(body?.['name']) ? body['name'] : null;
    const words = body?.[custom === undefined ? 'arguments' : 'input'];
    // Some vendors send the arguments as an object.
    const text = isText(words) ? words : asRecord(words) ? JSON.stringify(words) : '';
    if (this.#finished) {
      if (text !== '') this.#break();
      return;
    }
    if (this.#open !== null && isSame(this.#open, index, id)) {
      this.#addOpen(text);
      return;
    }
    const at = this.#waiting.findIndex((block) => isSame(block, index, id));
    if (at >= 0) this.#addWaiting(at, text);
    else if (name !== null) this.#newCall(id, name, custom !== undefined, index, text);
    else if (text !== '') this.#break();
  }

  #newCall(
    id: string | null,
    name: string,
    custom: boolean,
    index: number | null,
    text: string,
  ): void {
    this.#calls++;
    const head: BlockHead = compact({
      kind: 'toolCall' as const,
      id: id ?? `call_${this.#calls}`,
      name,
      custom: custom ? (true as const) : undefined,
    });
    const block = { head, index, progress: noJson, text: '' };
    if (this.#mustWait()) {
      this.#wait({ ...block, progress: advance(noJson, text), text });
      return;
    }
    this.#begin(block);
    this.#addOpen(text);
  }

  /** A call is under way, and more of it may come. */
  #mustWait(): boolean {
    const open = this.#open;
    return open?.head.kind === 'toolCall' && !open.head.custom && !isComplete(open.progress);
  }

  #begin(block: Block): void {
    this.#close();
    this.#open = block;
    this.parts.push({ type: 'block-start', block: block.head });
  }

  #addOpen(text: string): void {
    const open = this.#open;
    if (open === null || text === '') return;
    this.#open = { ...open, progress: advance(open.progress, text) };
    this.parts.push({ type: 'block-delta', text });
    while (this.#waiting.length > 0 && !this.#mustWait()) this.#tellWaiting();
  }

  #wait(block: Block): void {
    this.#waited += block.text.length + BLOCK_CHARACTERS;
    if (this.#waited > WAITED_CHARACTERS_MAX) return this.#break();
    this.#waiting = [...this.#waiting, block];
  }

  #addWaiting(at: number, text: string): void {
    const block = this.#waiting[at] as Block;
    this.#waited += text.length;
    if (this.#waited > WAITED_CHARACTERS_MAX) return this.#break();
    this.#waiting = this.#waiting.with(at, {
      ...block,
      text: block.text + text,
      progress: advance(block.progress, text),
    });
  }

  /** The first that waits is now the one under way. */
  #tellWaiting(): void {
    const [first, ...rest] = this.#waiting;
    if (first === undefined) return;
    this.#waiting = rest;
    this.#begin({ ...first, text: '' });
    if (first.text !== '') this.parts.push({ type: 'block-delta', text: first.text });
  }

  #close(): void {
    if (this.#open === null) return;
    const seal = this.#open.head.kind === 'reasoning' ? this.#seal : undefined;
    this.parts.push(compact({ type: 'block-end' as const, seal }));
    this.#open = null;
  }

  finish(raw: string | undefined): void {
    if (this.#finished) return;
    while (this.#waiting.length > 0) this.#tellWaiting();
    this.#close();
    this.#finished = true;
    this.parts.push({
      type: 'finish',
      finish:
        raw === undefined
          ? { reason: this.#calls > 0 ? 'toolCalls' : 'stop' }
          : decodeFinish(raw, this.#calls > 0),
    });
  }

  #break(): void {
    this.#broken = true;
  }
}

function isSame({ head, index: own }: Block, index: number | null, id: string | null): boolean {
  if (head.kind !== 'toolCall') return false;
  // Gemini's compatible endpoint gives every call the index 0: a new id is a new call.
  return id === null ? index === null || index === own : id === head.id;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function logprobsOf(value: unknown): readonly unknown[] | undefined {
  const content = asRecord(value)?.['content'];
  return Array.isArray(content) && content.length > 0 ? content : undefined;
}
