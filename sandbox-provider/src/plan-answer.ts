import type { Ask, Effort, Tool } from './ask.ts';
import type { Directives } from './directives.ts';
import type { JsonObject } from './json.ts';
import { sampleOf } from './schema-sample.ts';
import {
  countTokens,
  cutToTokens,
  deterministicWords,
  endlessWords,
  padToBytes,
  splitEvenly,
  splitIntoChunks,
  splitIntoWords,
} from './words.ts';

export interface ToolCall {
  readonly name: string;
  readonly argumentsJson: string;
}

/** Token counts in disjoint buckets; reasoning is a part of output. */
interface Usage {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly cacheWrite1h: number;
  readonly output: number;
  readonly reasoning: number;
}

export type Finish = 'stop' | 'length' | 'stop-sequence' | 'tool-calls';

/** What is answered, before any dialect words it. */
export interface Answer {
  /** The thinking that precedes the answer; null where there is none. */
  readonly reasoning: string | null;
  /** One text a choice; null where tool calls stand alone. */
  readonly texts: readonly (string | null)[];
  readonly toolCalls: readonly ToolCall[];
  readonly finish: Finish;
  readonly stopSequence: string | null;
  readonly usage: Usage;
  /** The deltas of one choice's text, which may never end. */
  readonly deltas: (text: string) => Iterable<string>;
}

/** What the answer may quote besides the request's own words. */
export interface Occasion {
  readonly provider: string;
  readonly directives: Directives;
  /** The last user text without its directives. */
  readonly userText: string;
  /** What `echoHeaders` and `echoBody` answer; null where neither is asked for. */
  readonly echo: string | null;
}

const wordsByEffort: Record<Effort, number> = { minimal: 4, low: 8, medium: 16, high: 32 };
const quotedCharacters = 80;

/** Decides what is answered: the same ask and directives always get the same answer. */
export function planAnswer(ask: Ask, occasion: Occasion): Answer {
  const { directives } = occasion;
  const toolCalls = chooseToolCalls(ask, occasion);
  const reasoning = planReasoning(ask, directives);
  const reasoningTokens = reasoning === null ? 0 : countTokens(reasoning);
  const limit = ask.maxTokens === null ? Infinity : Math.max(0, ask.maxTokens - reasoningTokens);

  let finish: Finish = toolCalls.length > 0 ? 'tool-calls' : 'stop';
  let stopSequence: string | null = null;
  const whole = toolCalls.length > 0 ? (directives.text ?? null) : planText(ask, occasion);
  const texts: (string | null)[] = [];
  let textTokens = 0;
  for (let choice = 0; choice < ask.choices; choice += 1) {
    if (whole === null) {
      texts.push(null);
      continue;
    }
    let text = choice === 0 || directives.text !== undefined ? whole : `${whole} (${choice + 1})`;
    if (occasion.echo === null && toolCalls.length === 0) {
      const stopped = cutAtStop(text, ask.stop);
      if (stopped) ({ text, stopSequence } = stopped);
      const cut = cutToTokens(text, limit);
      finish = cut.length < text.length ? 'length' : stopped ? 'stop-sequence' : finish;
      if (finish === 'length') stopSequence = null;
      text = cut;
    }
    textTokens += countTokens(text);
    texts.push(text);
  }
  return {
    reasoning,
    texts,
    toolCalls,
    finish,
    stopSequence,
    usage: planUsage(ask, directives, reasoningTokens, textTokens, toolCalls),
    deltas: (text) => chooseDeltas(text, directives),
  };
}

function planText(ask: Ask, occasion: Occasion): string {
  const { directives, echo } = occasion;
  if (echo !== null) return echo;
  const text = padToBytes(chooseText(ask, occasion), directives.sizeBytes ?? 0);
  const missing = (directives.chunks ?? 0) - splitIntoWords(text).length;
  const isOurs = directives.text === undefined && ask.schema === null;
  return isOurs && missing > 0 && directives.sizeBytes === undefined
    ? `${text} ${deterministicWords(missing)}`
    : text;
}

function chooseText(ask: Ask, { directives, provider, userText }: Occasion): string {
  if (directives.text !== undefined) return directives.text;
  if (directives.words !== undefined) return deterministicWords(directives.words);
  const isA = `This is FluxRouter's sandbox provider, standing in for ${provider} (${ask.model}).`;
  if (ask.schema) {
    // Any JSON will do where no schema was given.
    const isAny = Object.keys(ask.schema).length === 0;
    return JSON.stringify(isAny ? { answer: isA } : sampleOf(ask.schema));
  }
  const images = ask.images === 1 ? ' I saw 1 image.' : ` I saw ${ask.images} images.`;
  const seen = ask.images > 0 ? images : '';
  if (ask.toolResult !== null) return `${isA}${seen} The tool said: ${quote(ask.toolResult)}`;
  return `${isA}${seen} You said: ${quote(userText)}`;
}

function quote(text: string): string {
  const characters = Array.from(text.slice(0, 4 * quotedCharacters));
  return characters.slice(0, quotedCharacters).join('');
}

function planReasoning(ask: Ask, directives: Directives): string | null {
  const effort = ask.effort ?? (directives.thinking ? 'medium' : null);
  if (effort === null) return null;
  const thought = `The sandbox thinks: ${deterministicWords(wordsByEffort[effort])}`;
  const most = ask.maxTokens === null ? Infinity : Math.floor(ask.maxTokens / 2);
  return cutToTokens(thought, most);
}

function chooseToolCalls(ask: Ask, { directives, userText, echo }: Occasion): ToolCall[] {
  // A second call after the result would go round for ever in a tool runner.
  if (ask.toolResult !== null || echo !== null) return [];
  if (directives.tool !== undefined || directives.tools !== undefined) {
    const named = ask.tools.filter((tool) => tool.name === directives.tool);
    const absent = directives.tool === undefined ? [] : [{ name: directives.tool, schema: {} }];
    const candidates = named.length > 0 ? named : absent.length > 0 ? absent : ask.tools;
    return callsOf(candidates, directives.tools ?? 1, directives.arguments);
  }
  const choice = ask.toolChoice;
  if (choice.kind === 'none') return [];
  const mentioned = ask.tools.filter((tool) => mentions(userText, tool.name));
  if (choice.kind === 'named') {
    const named = ask.tools.find((tool) => tool.name === choice.name);
    return callsOf([named ?? { name: choice.name, schema: {} }], 1);
  }
  return callsOf(choice.kind === 'any' ? [...mentioned, ...ask.tools] : mentioned, 1);
}

function callsOf(tools: readonly Tool[], count: number, given?: JsonObject): ToolCall[] {
  const calls: ToolCall[] = [];
  for (let index = 0; index < count; index += 1) {
    const tool = tools[index % tools.length];
    if (!tool) break;
    const args = given ?? (Object.keys(tool.schema).length > 0 ? sampleOf(tool.schema) : {});
    calls.push({ name: tool.name, argumentsJson: JSON.stringify(args) });
  }
  return calls;
}

function mentions(text: string, name: string): boolean {
  if (name === '') return false;
  const isPartOfName = (character: string | undefined) => /[\w-]/.test(character ?? ' ');
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    if (!isPartOfName(text[at - 1]) && !isPartOfName(text[at + name.length])) return true;
  }
  return false;
}

function cutAtStop(text: string, stops: readonly string[]) {
  let found: { text: string; stopSequence: string } | null = null;
  for (const stop of stops) {
    const at = text.indexOf(stop);
    if (at !== -1 && (!found || at < found.text.length)) {
      found = { text: text.slice(0, at), stopSequence: stop };
    }
  }
  return found;
}

function planUsage(
  ask: Ask,
  directives: Directives,
  reasoning: number,
  text: number,
  calls: readonly ToolCall[],
): Usage {
  if (directives.usage === 'zero') {
    return { input: 0, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0, output: 0, reasoning: 0 };
  }
  const called = calls.reduce((sum, call) => sum + countTokens(call.name + call.argumentsJson), 0);
  return {
    input: ask.input.uncached,
    cacheRead: ask.input.cacheRead,
    cacheWrite: ask.input.cacheWrite,
    cacheWrite1h: ask.input.cacheWrite1h,
    output: reasoning * ask.choices + text + called * ask.choices,
    reasoning: reasoning * ask.choices,
    ...directives.tokens,
  };
}

function chooseDeltas(text: string, directives: Directives): Iterable<string> {
  if (directives.endless) return endlessWords();
  return directives.chunks === undefined
    ? splitIntoWords(text)
    : splitIntoChunks(text, directives.chunks);
}

/** The deltas of a tool call's arguments. */
export function splitArguments(argumentsJson: string): string[] {
  return splitEvenly(argumentsJson, Math.ceil(argumentsJson.length / 12));
}
