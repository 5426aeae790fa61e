import { indexOfString, scanMembers, spansFor, wantedNames } from '@fluxrouter/json-splice';
import type { Finish, StreamObserver, StreamSnapshot } from '../dialect.ts';
import { FrameJson } from '../frame-json.ts';
import { FrameTemplate, type Hole } from '../frame-template.ts';
import { integerAt, nameAt, stringAt, valueAt } from '../grammar.ts';
import { newStreamState, type StreamState } from '../stream-state.ts';
import { classify, vendorErrorOf } from '../upstream-error.ts';
import { asRecord } from '../usage.ts';
import { ERROR, type FrameVerdict, PASS, PASS_OUTPUT, TERMINAL, USAGE } from '../verdict.ts';
import * as events from './events.ts';
import { readFinish } from './finish-reason.ts';
import { readOutput } from './read-answer.ts';
import { readUsage } from './usage.ts';

const eventNames = wantedNames([
  'type',
  'sequence_number',
  'delta',
  'response',
  'item',
  'obfuscation',
]);
const [TYPE, SEQUENCE, DELTA, RESPONSE, ITEM, NOISE] = [0, 2, 4, 6, 8, 10] as const;
const QUOTE = 0x22;
const responseNames = wantedNames([
  'id',
  'model',
  'created_at',
  'status',
  'usage',
  'error',
  'incomplete_details',
  'output',
]);
const [ID, MODEL, CREATED_AT, STATUS, USAGE_AT, ERROR_AT, DETAILS, OUTPUT] = [
  0, 2, 4, 6, 8, 10, 12, 14,
] as const;
const itemNames = wantedNames(['type']);
/** Items whose announcement says nothing yet: their words follow. */
const emptyItems = wantedNames(['message', 'reasoning']);

/** By the number of the event's type. */
const finishOf: Readonly<Record<number, Finish>> = {
  [events.COMPLETED]: 'completed',
  [events.INCOMPLETE]: 'incomplete',
  [events.FAILED]: 'failed',
  [events.CANCELLED]: 'failed',
};

export class ResponsesObserver implements StreamObserver {
  readonly #state: StreamState = newStreamState();
  readonly #json = new FrameJson(eventNames);
  readonly #response = spansFor(responseNames);
  readonly #item = spansFor(itemNames);
  readonly #template = new FrameTemplate();
  #refused = false;

  get snapshot(): StreamSnapshot {
    return this.#state;
  }

  frame(bytes: Buffer, start: number, end: number): FrameVerdict {
    const json = this.#json;
    const state = this.#state;
    state.frames++;
    const content = this.#template.match(bytes, start, end);
    if (content >= 0) {
      state.contentBytes += content;
      if (this.#template.sequence > state.sequenceNumber) {
        state.sequenceNumber = this.#template.sequence;
      }
      return PASS;
    }
    if (!json.locate(bytes, start, end) || !json.scan()) return PASS;
    const { spans } = json;
    const sequence = integerAt(
      json.bytes,
      spans[SEQUENCE] as number,
      spans[SEQUENCE + 1] as number,
    );
    if (sequence > state.sequenceNumber) state.sequenceNumber = sequence;
    const type = indexOfString(
      events.eventTypes,
      json.bytes,
      spans[TYPE] as number,
      spans[TYPE + 1] as number,
    );
    if (type >= events.FIRST_DELTA) {
      if (state.sawOutput && sequence >= 0 && type !== events.ITEM_ADDED) this.#learn(start, end);
      return this.#readOutput(type);
    }
    switch (type) {
      case events.CREATED:
      case events.QUEUED:
      case events.IN_PROGRESS:
        this.#readResponse();
        return PASS;
      case events.COMPLETED:
      case events.INCOMPLETE:
        this.#readResponse();
        state.sawOutput = true;
        state.sawTerminal = true;
        return PASS_OUTPUT | USAGE | TERMINAL;
      case events.FAILED:
      case events.CANCELLED:
        this.#readResponse();
        this.#readError(this.#response[ERROR_AT] as number, this.#response[ERROR_AT + 1] as number);
        state.sawTerminal = true;
        return ERROR | TERMINAL;
      case events.ERROR_EVENT:
        this.#readError(json.start, json.end);
        state.sawTerminal = true;
        return ERROR | TERMINAL;
      default:
        return PASS;
    }
  }

  /**
   * A response that echoes a long output or long instructions. Its usage stands behind these and is
   * not seen, but how it ended is: an end of ours after it would contradict it.
   */
  oversized(bytes: Buffer, first: boolean): FrameVerdict {
    const state = this.#state;
    if (!first) return PASS;
    state.frames++;
    const json = this.#json;
    if (!json.scanBeginning(bytes)) return PASS;
    const { spans } = json;
    const from = spans[TYPE] as number;
    const type = indexOfString(events.eventTypes, json.bytes, from, spans[TYPE + 1] as number);
    if (type >= events.FIRST_DELTA) {
      state.contentBytes += bytes.length;
      if (state.sawOutput) return PASS;
      state.sawOutput = true;
      return PASS_OUTPUT;
    }
    const finish = finishOf[type];
    if (finish === undefined) return PASS;
    state.finish = finish === 'completed' && this.#refused ? 'refused' : finish;
    state.sawTerminal = true;
    if (finish === 'failed') {
      state.error = classify(0, vendorErrorOf(undefined));
      return ERROR | TERMINAL;
    }
    state.sawOutput = true;
    return PASS_OUTPUT | TERMINAL;
  }

  end(): 'complete' | 'unterminated' | 'cut' {
    return this.#state.sawTerminal ? 'complete' : 'cut';
  }

  #readOutput(type: number): FrameVerdict {
    const state = this.#state;
    const { spans } = this.#json;
    if (type === events.ITEM_ADDED) {
      if (state.sawOutput || !this.#announcesOutput()) return PASS;
    } else {
      if (type === events.REFUSAL_DELTA || type === events.REFUSAL_DONE) this.#refused = true;
      const size = (spans[DELTA + 1] as number) - (spans[DELTA] as number) - 2;
      if (size <= 0 && type !== events.REFUSAL_DONE) return PASS;
      if (size > 0) state.contentBytes += size;
      if (state.sawOutput) return PASS;
    }
    state.sawOutput = true;
    return PASS_OUTPUT;
  }

  /** The next events are likely to be this one with other words. */
  #learn(start: number, end: number): void {
    const { bytes, inPlace, spans } = this.#json;
    if (!inPlace || !this.#template.isWanted) return;
    const at = (name: number, kind: Hole['kind']): Hole => ({
      start: spans[name] as number,
      end: spans[name + 1] as number,
      kind,
    });
    const words = at(DELTA, 'words');
    const noise = at(NOISE, 'noise');
    if (words.start < 0 || bytes[words.start] !== QUOTE) return;
    const holes = [words, at(SEQUENCE, 'sequence')];
    if (noise.start >= 0 && bytes[noise.start] === QUOTE) holes.push(noise);
    holes.sort((a, b) => a.start - b.start);
    this.#template.learn(bytes, start, end, holes);
  }

  /** A tool call is output as soon as it is named. */
  #announcesOutput(): boolean {
    const { bytes, spans } = this.#json;
    const start = spans[ITEM] as number;
    if (start < 0 || scanMembers(bytes, start, itemNames, this.#item) < 0) return false;
    const typeStart = this.#item[0] as number;
    const typeEnd = this.#item[1] as number;
    return typeStart >= 0 && indexOfString(emptyItems, bytes, typeStart, typeEnd) < 0;
  }

  /** The whole response in a lifecycle event. */
  #readResponse(): void {
    const { bytes, spans } = this.#json;
    const state = this.#state;
    const at = this.#response;
    at.fill(-1);
    const start = spans[RESPONSE] as number;
    if (start < 0 || scanMembers(bytes, start, responseNames, at) < 0) return;
    state.bodyId ??= nameAt(bytes, at[ID] as number, at[ID + 1] as number);
    state.upstreamModel ??= nameAt(bytes, at[MODEL] as number, at[MODEL + 1] as number);
    const createdAt = integerAt(bytes, at[CREATED_AT] as number, at[CREATED_AT + 1] as number);
    if (createdAt >= 0) state.createdAt ??= createdAt;
    const usage = readUsage(valueAt(bytes, at[USAGE_AT] as number, at[USAGE_AT + 1] as number));
    if (usage !== null) state.usage = usage;
    const status = stringAt(bytes, at[STATUS] as number, at[STATUS + 1] as number);
    const details = asRecord(valueAt(bytes, at[DETAILS] as number, at[DETAILS + 1] as number));
    const finish = readFinish(status, details?.['reason']);
    if (finish === null) return;
    state.usageIsFinal = usage !== null;
    const output = readOutput(bytes, at[OUTPUT] as number);
    state.storedIds = output.itemIds;
    const refused = this.#refused || output.refused;
    state.finish = finish === 'completed' && refused ? 'refused' : finish;
  }

  #readError(start: number, end: number): void {
    const { bytes } = this.#json;
    const error = valueAt(bytes, start, end);
    // In the `error` event, `type` is the event's; in a response it is an error's.
    const vendor = vendorErrorOf(error);
    this.#state.error = classify(0, vendor.type === 'error' ? { ...vendor, type: null } : vendor);
    this.#state.finish = 'failed';
  }
}
