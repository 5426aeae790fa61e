import { countTokenHundredths } from './code-units.ts';
import { HISTORY_TURNS_MAX } from './facts.ts';
import { scanText, TextCounter } from './scan-text.ts';

/** What each picture, page of a file and second of sound is taken for, tokens. A provider's own count bills. */
const TOKENS_PER_IMAGE = 1_000;
const TOKENS_PER_FILE = 3_000;
const TOKENS_PER_AUDIO = 1_000;
/** Roles and separators that each message adds. */
const TOKENS_PER_MESSAGE = 4;

/** What the readers of the three dialects fill in. Text goes through and is not kept. */
export interface RequestReader {
  turns: TextCounter[];
  tokenHundredths: number;
  systemChars: number;
  messages: number;
  userTurns: number;
  images: number;
  files: number;
  audio: number;
  hasToolResults: boolean;
  inToolTurn: boolean;
}

export function newRequestReader(): RequestReader {
  return {
    turns: [],
    tokenHundredths: 0,
    systemChars: 0,
    messages: 0,
    userTurns: 0,
    images: 0,
    files: 0,
    audio: 0,
    hasToolResults: false,
    inToolTurn: false,
  };
}

export function readSystem(reader: RequestReader, text: string): void {
  reader.systemChars += text.length;
  reader.tokenHundredths += countTokenHundredths(text);
}

/** Text that the model reads and the user did not write: answers, tool calls and results, schemas. */
export function readUnscored(reader: RequestReader, text: string): void {
  reader.tokenHundredths += countTokenHundredths(text);
}

export function readMessage(reader: RequestReader): void {
  reader.messages++;
  reader.tokenHundredths += TOKENS_PER_MESSAGE * 100;
}

/**
 * A part of a user's turn; `turn` is what the parts before it made, null at the first. What an agent wraps around or
 * puts before the user's words is read, not scored.
 */
export function readUserText(
  reader: RequestReader,
  text: string,
  turn: TextCounter | null,
): TextCounter | null {
  const start = envelopeEnd(text);
  if (start > 0) readUnscored(reader, text.slice(0, start));
  const words = start === 0 ? text : text.slice(start);
  if (turn === null && isBlank(words)) return null;
  const counter = turn ?? beginTurn(reader);
  const before = counter.tokenHundredths;
  scanText(words, counter);
  reader.tokenHundredths += counter.tokenHundredths - before;
  return counter;
}

function beginTurn(reader: RequestReader): TextCounter {
  const counter = new TextCounter();
  reader.turns.push(counter);
  if (reader.turns.length > HISTORY_TURNS_MAX + 1) reader.turns.shift();
  reader.userTurns++;
  reader.inToolTurn = false;
  return counter;
}

export function readToolResult(reader: RequestReader): void {
  reader.hasToolResults = true;
  reader.inToolTurn = true;
}

export function readImage(reader: RequestReader): void {
  reader.images++;
  reader.tokenHundredths += TOKENS_PER_IMAGE * 100;
}

export function readFile(reader: RequestReader): void {
  reader.files++;
  reader.tokenHundredths += TOKENS_PER_FILE * 100;
}

export function readAudio(reader: RequestReader): void {
  reader.audio++;
  reader.tokenHundredths += TOKENS_PER_AUDIO * 100;
}

/** Every string and number inside a JSON value, as tokens: tools, schemas, tool calls. Depth is bounded. */
export function readJson(reader: RequestReader, value: unknown, depth = 0): void {
  if (typeof value === 'string') readUnscored(reader, value);
  else if (typeof value === 'number' || typeof value === 'boolean') reader.tokenHundredths += 100;
  else if (Array.isArray(value)) {
    if (depth < JSON_DEPTH_MAX) for (const item of value) readJson(reader, item, depth + 1);
  } else if (value !== null && typeof value === 'object') {
    if (depth >= JSON_DEPTH_MAX) return;
    for (const key in value) {
      reader.tokenHundredths += 150 + 20 * key.length;
      readJson(reader, (value as Record<string, unknown>)[key], depth + 1);
    }
  }
}

const JSON_DEPTH_MAX = 32;

/**
 * Blocks that coding agents put into user messages: reminders, the environment, instruction files. They are no words
 * of the user's. Told by how they begin, as the agents write them (Claude Code, Codex); each ends with its closing tag,
 * or with the text.
 */
const ENVELOPES: readonly (readonly [opening: string, closing: string | null])[] = [
  ['<system-reminder>', '</system-reminder>'],
  ['<environment_context>', '</environment_context>'],
  ['<user_instructions>', '</user_instructions>'],
  ['<INSTRUCTIONS>', '</INSTRUCTIONS>'],
  ['<permissions instructions>', '</permissions instructions>'],
  ['<command-name>', '</command-name>'],
  ['<command-message>', '</command-message>'],
  ['<local-command-stdout>', '</local-command-stdout>'],
  ['# AGENTS.md instructions', null],
];

/** Where the envelopes at the beginning of a text end; 0 where there are none. */
function envelopeEnd(text: string): number {
  let end = 0;
  for (;;) {
    const start = skipBlanks(text, end);
    const envelope = ENVELOPES.find(([opening]) => text.startsWith(opening, start));
    if (envelope === undefined) return end;
    const [opening, closing] = envelope;
    const closed = closing === null ? -1 : text.indexOf(closing, start + opening.length);
    if (closing === null || closed < 0) return text.length;
    end = closed + closing.length;
  }
}

function skipBlanks(text: string, from: number): number {
  let i = from;
  while (i < text.length && text.charCodeAt(i) <= 32) i++;
  return i;
}

function isBlank(text: string): boolean {
  return skipBlanks(text, 0) === text.length;
}
