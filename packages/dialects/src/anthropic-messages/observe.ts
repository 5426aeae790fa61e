import { indexOfString, scanMembers, spansFor, wantedNames } from '@fluxrouter/json-splice';
import type { StreamObserver, StreamSnapshot } from '../dialect.ts';
import { FrameJson } from '../frame-json.ts';
import { FrameTemplate } from '../frame-template.ts';
import { nameAt, stringAt, valueAt } from '../grammar.ts';
import { newStreamState, type StreamState } from '../stream-state.ts';
import { classify, vendorErrorOf } from '../upstream-error.ts';
import { ERROR, type FrameVerdict, PASS, PASS_OUTPUT, TERMINAL, USAGE } from '../verdict.ts';
import { readFinish } from './finish-reason.ts';
import { mergeReports, readUsage } from './usage.ts';

const types = [
  'content_block_delta',
  'content_block_start',
  'content_block_stop',
  'ping',
  'message_start',
  'message_delta',
  'message_stop',
  'error',
] as const;
const eventTypes = wantedNames(types);

const eventNames = wantedNames(['type', 'delta', 'message', 'usage', 'content_block']);
const [TYPE, DELTA, MESSAGE, USAGE_AT, BLOCK] = [0, 2, 4, 6, 8] as const;
const messageNames = wantedNames(['id', 'model', 'usage']);
const stopNames = wantedNames(['stop_reason']);
const blockNames = wantedNames(['type', 'id']);
const blockTypes = wantedNames(['text', 'thinking', 'redacted_thinking', 'tool_use']);
const [TEXT, THINKING, REDACTED_THINKING, TOOL_USE] = [0, 1, 2, 3] as const;
/** One is enough to know an answer by. */
const CALLS_MAX = 8;
const deltaNames = wantedNames(['text', 'partial_json', 'thinking']);
/** `{"type":"text_delta","text":""}`: what of a delta is not content, about. */
const DELTA_OVERHEAD = 31;
const QUOTE = 0x22;

export class MessagesObserver implements StreamObserver {
  readonly #state: StreamState = newStreamState();
  readonly #json = new FrameJson(eventNames);
  readonly #message = spansFor(messageNames);
  readonly #one = spansFor(stopNames);
  readonly #delta = spansFor(deltaNames);
  readonly #template = new FrameTemplate();
  readonly #block = spansFor(blockNames);
  #sealed = false;
  #reported: Record<string, unknown> = {};

  get snapshot(): StreamSnapshot {
    return this.#state;
  }

  frame(bytes: Buffer, start: number, end: number): FrameVerdict {
    const json = this.#json;
    this.#state.frames++;
    const content = this.#template.match(bytes, start, end);
    if (content >= 0) {
      this.#state.contentBytes += content;
      return PASS;
    }
    if (!json.locate(bytes, start, end) || !json.scan()) return PASS;
    const { spans } = json;
    const type = indexOfString(
      eventTypes,
      json.bytes,
      spans[TYPE] as number,
      spans[TYPE + 1] as number,
    );
    switch (types[type]) {
      case 'content_block_delta':
        return this.#readDelta(start, end);
      case 'content_block_start':
        return this.#readBlock();
      case 'message_start':
        this.#readStart();
        return PASS;
      case 'message_delta':
        return this.#readStop();
      case 'message_stop':
        this.#state.sawTerminal = true;
        return TERMINAL;
      case 'error':
        this.#state.error = classify(0, vendorErrorOf(valueAt(json.bytes, json.start, json.end)));
        this.#state.finish = 'failed';
        this.#state.sawTerminal = true;
        return ERROR | TERMINAL;
      default:
        return PASS;
    }
  }

  /** Nothing but content makes an event that large. */
  oversized(bytes: Buffer, first: boolean): FrameVerdict {
    const state = this.#state;
    state.contentBytes += bytes.length;
    if (!first) return PASS;
    state.frames++;
    return this.#json.scanBeginning(bytes) ? this.#output() : PASS;
  }

  end(): 'complete' | 'unterminated' | 'cut' {
    if (this.#state.sawTerminal) return 'complete';
    return this.#state.finish === null ? 'cut' : 'unterminated';
  }

  #readDelta(start: number, end: number): FrameVerdict {
    const { spans } = this.#json;
    const state = this.#state;
    const size = (spans[DELTA + 1] as number) - (spans[DELTA] as number) - DELTA_OVERHEAD;
    if (size > 0) state.contentBytes += size;
    if (state.sawOutput) this.#learn(start, end, size);
    return this.#output();
  }

  /** The next events of the block are likely to be this one with other words. */
  #learn(start: number, end: number, size: number): void {
    const { bytes, inPlace, spans } = this.#json;
    const deltaStart = spans[DELTA] as number;
    if (!inPlace || !this.#template.isWanted || deltaStart < 0) return;
    if (scanMembers(bytes, deltaStart, deltaNames, this.#delta) < 0) return;
    for (let i = 0; i < this.#delta.length; i += 2) {
      const at = { start: this.#delta[i] as number, end: this.#delta[i + 1] as number };
      if (at.start < 0 || bytes[at.start] !== QUOTE) continue;
      const beside = size - (at.end - at.start - 2);
      this.#template.learn(bytes, start, end, [{ ...at, kind: 'words' }], beside);
      return;
    }
  }

  #output(): FrameVerdict {
    if (this.#state.sawOutput) return PASS;
    this.#state.sawOutput = true;
    return PASS_OUTPUT;
  }

  /** A tool call is output as soon as it is named. */
  #readBlock(): FrameVerdict {
    const { bytes, spans } = this.#json;
    const start = spans[BLOCK] as number;
    const at = this.#block;
    if (start < 0 || scanMembers(bytes, start, blockNames, at) < 0) return PASS;
    const typeStart = at[0] as number;
    const type = typeStart < 0 ? -1 : indexOfString(blockTypes, bytes, typeStart, at[1] as number);
    if (type === THINKING || type === REDACTED_THINKING) this.#sealed = true;
    if (type === TOOL_USE && this.#sealed)
      this.#noteCall(nameAt(bytes, at[2] as number, at[3] as number));
    // Text and thinking begin empty: their words follow as deltas.
    if (typeStart < 0 || type === TEXT || type === THINKING) return PASS;
    return this.#output();
  }

  #noteCall(id: string | null): void {
    if (id === null || this.#state.storedIds.length >= CALLS_MAX) return;
    this.#state.storedIds = [...this.#state.storedIds, id];
  }

  #readStart(): void {
    const { bytes, spans } = this.#json;
    const state = this.#state;
    const at = this.#message;
    const start = spans[MESSAGE] as number;
    if (start < 0 || scanMembers(bytes, start, messageNames, at) < 0) return;
    state.bodyId ??= nameAt(bytes, at[0] as number, at[1] as number);
    state.upstreamModel ??= nameAt(bytes, at[2] as number, at[3] as number);
    this.#report(at[4] as number, at[5] as number);
  }

  #readStop(): FrameVerdict {
    const { bytes, spans } = this.#json;
    const state = this.#state;
    this.#report(spans[USAGE_AT] as number, spans[USAGE_AT + 1] as number);
    const delta = spans[DELTA] as number;
    if (delta < 0 || scanMembers(bytes, delta, stopNames, this.#one) < 0) return USAGE;
    const reason = stringAt(bytes, this.#one[0] as number, this.#one[1] as number);
    // Without a reason it tells of usage so far: more may come.
    if (reason === null) return USAGE;
    state.usageIsFinal = state.usage !== null;
    state.finish = readFinish(reason);
    return USAGE | this.#output();
  }

  #report(start: number, end: number): void {
    const usage = valueAt(this.#json.bytes, start, end);
    if (usage === undefined) return;
    this.#reported = mergeReports(this.#reported, usage);
    this.#state.usage = readUsage(this.#reported);
  }
}
