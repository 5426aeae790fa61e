import { scanMembers, skipWhitespace, spansFor, wantedNames } from '@fluxrouter/json-splice';
import type { ObserverOptions, StreamObserver, StreamSnapshot } from '../dialect.ts';
import { FrameJson } from '../frame-json.ts';
import { FrameTemplate, type Hole } from '../frame-template.ts';
import { nameAt, stringAt, valueAt } from '../grammar.ts';
import { newStreamState, type StreamState } from '../stream-state.ts';
import { classify, vendorErrorOf } from '../upstream-error.ts';
import { asRecord, mergeUsage } from '../usage.ts';
import { DROP, ERROR, type FrameVerdict, PASS, PASS_OUTPUT, TERMINAL, USAGE } from '../verdict.ts';
import { readFinish, worseFinish } from './finish-reason.ts';
import { readUsage } from './usage.ts';

// The positions of these names are used below: ID is 0, MODEL is 1, …
const chunkNames = wantedNames([
  'id',
  'model',
  'choices',
  'usage',
  'error',
  'x_groq',
  'obfuscation',
]);
const [ID, MODEL, CHOICES, USAGE_AT, ERROR_AT, GROQ, NOISE] = [0, 2, 4, 6, 8, 10, 12] as const;
const choiceNames = wantedNames(['index', 'delta', 'finish_reason', 'usage']);
const [INDEX, DELTA, FINISH, CHOICE_USAGE] = [0, 2, 4, 6] as const;
const deltaNames = wantedNames([
  'content',
  'tool_calls',
  'reasoning_content',
  'reasoning',
  'refusal',
  'function_call',
  'audio',
  'reasoning_details',
]);
const REFUSAL = 8;

const OBJECT = 0x7b;
const ARRAY = 0x5b;
const STRING = 0x22;
/** `{"content":""}`: what of a delta is not content, about. */
const DELTA_OVERHEAD = 14;
/** Flags beside the verdicts: the chunk has no choice in it, more than one. */
const NO_CHOICES = 256;
const MORE_CHOICES = 512;
const DONE = Buffer.from('[DONE]');

export class ChatObserver implements StreamObserver {
  readonly #state: StreamState = newStreamState();
  readonly #clientWantsUsage: boolean;
  readonly #json = new FrameJson(chunkNames);
  readonly #choice = spansFor(choiceNames);
  readonly #delta = spansFor(deltaNames);
  readonly #template = new FrameTemplate();
  /** Bit i: choice i was seen, was finished. More than 31 choices are not told apart. */
  #seenChoices = 0;
  #finishedChoices = 0;

  constructor(options: ObserverOptions) {
    this.#clientWantsUsage = options.clientWantsUsage;
  }

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
      return PASS;
    }
    if (!json.locate(bytes, start, end)) return PASS;
    if (json.bytes[json.start] === ARRAY && this.#isDone()) {
      state.sawTerminal = true;
      return TERMINAL;
    }
    if (!json.scan()) return PASS;
    if (state.bodyId === null) this.#readHead();
    const { spans } = json;
    const errorStart = spans[ERROR_AT] as number;
    if (errorStart >= 0 && json.bytes[errorStart] !== 0x6e) return this.#readError();
    const choicesStart = spans[CHOICES] as number;
    const read = choicesStart < 0 ? NO_CHOICES : this.#readChoices(choicesStart);
    const verdict = read & (PASS_OUTPUT | ERROR);
    if (!this.#readUsage() && (read & USAGE) === 0) {
      if (read === PASS && state.sawOutput) this.#learn(start, end);
      return verdict;
    }
    const usageOnly = (read & NO_CHOICES) !== 0;
    // Usage on every chunk: only from the finish on can it be the total.
    if (!usageOnly && this.#finishedChoices === 0) return verdict;
    state.usageIsFinal = true;
    if (usageOnly) return this.#clientWantsUsage ? USAGE : DROP;
    return verdict | USAGE;
  }

  /** Nothing but content makes a chunk that large. */
  oversized(bytes: Buffer, first: boolean): FrameVerdict {
    const state = this.#state;
    state.contentBytes += bytes.length;
    if (!first) return PASS;
    state.frames++;
    if (!this.#json.scanBeginning(bytes)) return PASS;
    if (state.bodyId === null) this.#readHead();
    this.#seenChoices |= 1;
    if (state.sawOutput) return PASS;
    state.sawOutput = true;
    return PASS_OUTPUT;
  }

  end(): 'complete' | 'unterminated' | 'cut' {
    if (this.#state.sawTerminal) return 'complete';
    const whole = this.#finishedChoices !== 0 && this.#finishedChoices === this.#seenChoices;
    return whole && this.#state.error === null ? 'unterminated' : 'cut';
  }

  #isDone(): boolean {
    const { bytes, start, end } = this.#json;
    return end - start >= DONE.length && bytes.compare(DONE, 0, 6, start, start + 6) === 0;
  }

  #readHead(): void {
    const { bytes, spans } = this.#json;
    const state = this.#state;
    state.bodyId = nameAt(bytes, spans[ID] as number, spans[ID + 1] as number);
    state.upstreamModel ??= nameAt(bytes, spans[MODEL] as number, spans[MODEL + 1] as number);
  }

  #readError(): FrameVerdict {
    const { bytes, start, end } = this.#json;
    this.#state.error = classify(0, vendorErrorOf(valueAt(bytes, start, end)));
    this.#state.finish = 'failed';
    return ERROR;
  }

  /** Some upstreams repeat usage on every chunk; the last one is the total. */
  #readUsage(): boolean {
    const { bytes, spans } = this.#json;
    let usage = null;
    const start = spans[USAGE_AT] as number;
    if (start >= 0 && bytes[start] === OBJECT) {
      usage = readUsage(valueAt(bytes, start, spans[USAGE_AT + 1] as number));
    }
    const groq = spans[GROQ] as number;
    if (usage === null && groq >= 0 && bytes[groq] === OBJECT) {
      usage = readUsage(asRecord(valueAt(bytes, groq, spans[GROQ + 1] as number))?.['usage']);
    }
    if (usage === null) return false;
    this.#state.usage = mergeUsage(this.#state.usage, usage);
    return true;
  }

  /** Walks the choices where they are; flags of what they hold. */
  #readChoices(start: number): FrameVerdict {
    const { bytes } = this.#json;
    const spans = this.#choice;
    if (bytes[start] !== ARRAY) return NO_CHOICES;
    let at = skipWhitespace(bytes, start + 1);
    let verdict = bytes[at] === OBJECT ? PASS : NO_CHOICES;
    for (let choices = 0; bytes[at] === OBJECT; choices++) {
      const end = scanMembers(bytes, at, choiceNames, spans);
      if (end < 0) return verdict | MORE_CHOICES;
      verdict |= this.#readChoice();
      if (choices > 0) verdict |= MORE_CHOICES;
      at = skipWhitespace(bytes, end);
      if (bytes[at] === 0x2c) at = skipWhitespace(bytes, at + 1);
    }
    return verdict;
  }

  #readChoice(): FrameVerdict {
    const { bytes } = this.#json;
    const spans = this.#choice;
    const state = this.#state;
    let verdict = PASS;
    const indexStart = spans[INDEX] as number;
    // One digit is what nearly every stream has; choices beyond share a bit.
    const bit = indexStart < 0 ? 1 : 1 << (((bytes[indexStart] as number) - 0x30) & 31);
    this.#seenChoices |= bit;
    const deltaStart = spans[DELTA] as number;
    if (deltaStart >= 0 && bytes[deltaStart] === OBJECT) {
      const size = (spans[DELTA + 1] as number) - deltaStart - DELTA_OVERHEAD;
      if (!state.sawOutput) {
        if (this.#provesOutput(deltaStart)) {
          verdict |= PASS_OUTPUT;
          state.sawOutput = true;
        }
      } else if (state.finish !== 'refused' && size > 0) {
        this.#noteRefusal(deltaStart);
      }
      if (state.sawOutput && size > 0) state.contentBytes += size;
    }
    const finishStart = spans[FINISH] as number;
    if (finishStart >= 0 && bytes[finishStart] === STRING) {
      const reason = stringAt(bytes, finishStart, spans[FINISH + 1] as number);
      if (reason !== null && reason !== '') {
        state.finish = worseFinish(state.finish, readFinish(reason));
        this.#finishedChoices |= bit;
        state.sawOutput = true;
        verdict |= PASS_OUTPUT;
      }
    }
    const usageStart = spans[CHOICE_USAGE] as number;
    if (usageStart >= 0 && bytes[usageStart] === OBJECT) {
      // Moonshot reports in the last choice.
      const usage = readUsage(valueAt(bytes, usageStart, spans[CHOICE_USAGE + 1] as number));
      if (usage !== null) {
        state.usage = mergeUsage(state.usage, usage);
        verdict |= USAGE;
      }
    }
    return verdict;
  }

  /** A delta that only names the role, or holds empty text, proves nothing. */
  #provesOutput(deltaStart: number): boolean {
    const { bytes } = this.#json;
    const spans = this.#delta;
    if (scanMembers(bytes, deltaStart, deltaNames, spans) < 0) return false;
    if ((spans[REFUSAL] as number) >= 0) this.#noteRefusal(deltaStart);
    for (let i = 0; i < spans.length; i += 2) {
      const start = spans[i] as number;
      if (start < 0) continue;
      const first = bytes[start];
      const size = (spans[i + 1] as number) - start;
      if ((first === STRING || first === ARRAY || first === OBJECT) && size > 2) return true;
    }
    return false;
  }

  /** A chunk that is all words: the next ones are likely to be the same but for these. */
  #learn(start: number, end: number): void {
    const { bytes, inPlace, spans } = this.#json;
    const deltaStart = this.#choice[DELTA] as number;
    if (!inPlace || !this.#template.isWanted || deltaStart < 0) return;
    if (scanMembers(bytes, deltaStart, deltaNames, this.#delta) < 0) return;
    const holes: Hole[] = [];
    let words = 0;
    for (let i = 0; i < this.#delta.length; i += 2) {
      const at = { start: this.#delta[i] as number, end: this.#delta[i + 1] as number };
      if (i === REFUSAL || at.start < 0 || bytes[at.start] !== STRING) continue;
      holes.push({ ...at, kind: 'words' });
      words += at.end - at.start - 2;
    }
    if (holes.length === 0) return;
    const noise = spans[NOISE] as number;
    if (noise >= 0 && bytes[noise] === STRING) {
      holes.push({ start: noise, end: spans[NOISE + 1] as number, kind: 'noise' });
    }
    holes.sort((a, b) => a.start - b.start);
    const deltaBytes = (this.#choice[DELTA + 1] as number) - deltaStart;
    this.#template.learn(bytes, start, end, holes, deltaBytes - DELTA_OVERHEAD - words);
  }

  #noteRefusal(deltaStart: number): void {
    const { bytes } = this.#json;
    const spans = this.#delta;
    if (scanMembers(bytes, deltaStart, deltaNames, spans) < 0) return;
    const start = spans[REFUSAL] as number;
    if (start < 0 || bytes[start] !== STRING || (spans[REFUSAL + 1] as number) - start <= 2) return;
    this.#state.finish = worseFinish(this.#state.finish, 'refused');
  }
}
