import { isObject, type JsonObject } from './json.ts';

type UsageMode = 'normal' | 'none' | 'zero' | 'everyChunk' | 'lastContentChunk' | 'repeat';

/** Token counts that replace the counted ones. */
interface TokenCounts {
  readonly input?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly cacheWrite1h?: number;
  readonly output?: number;
  readonly reasoning?: number;
}

/** How the answer to one request is commanded from its own text; `README.md` has the table. */
export interface Directives {
  readonly text?: string;
  readonly words?: number;
  readonly sizeBytes?: number;
  readonly tool?: string;
  readonly tools?: number;
  readonly arguments?: JsonObject;
  readonly thinking?: boolean;
  readonly echoHeaders?: boolean;
  readonly echoBody?: boolean;
  readonly tokens?: TokenCounts;
  readonly usage?: UsageMode;
  readonly chunks?: number;
  readonly chunkDelayMs?: number;
  readonly headDelayMs?: number;
  readonly firstByteDelayMs?: number;
  readonly silentMs?: number;
  readonly status?: number;
  readonly errorMessage?: string;
  readonly errorCode?: string;
  readonly retryAfter?: number;
  readonly failTimes?: number;
  readonly failKey?: string;
  readonly failModels?: readonly string[];
  readonly die?: { readonly afterChunks: number; readonly how: 'reset' | 'end' };
  readonly errorAfterChunks?: number;
  readonly errorAs?: 'event' | 'failed';
  readonly endless?: boolean;
  readonly garbage?: boolean;
  readonly noTerminal?: boolean;
  readonly lineEnding?: 'lf' | 'crlf';
  readonly splitBytes?: number;
  readonly hash?: boolean;
  readonly mark?: string;
}

interface Member {
  readonly takes: string;
  readonly does: string;
  readonly accepts: (value: unknown) => boolean;
}

const atLeast = (least: number) => (value: unknown) =>
  typeof value === 'number' && Number.isInteger(value) && value >= least;
const isText = (value: unknown) => typeof value === 'string';
const isFlag = (value: unknown) => typeof value === 'boolean';
const oneOf = (choices: readonly string[]) => (value: unknown) =>
  typeof value === 'string' && choices.includes(value);

const usageModes = ['normal', 'none', 'zero', 'everyChunk', 'lastContentChunk', 'repeat'];
const tokenNames = ['input', 'cacheRead', 'cacheWrite', 'cacheWrite1h', 'output', 'reasoning'];

const milliseconds = { takes: 'milliseconds', accepts: atLeast(0) };
const flag = { takes: 'boolean', accepts: isFlag };
const text = { takes: 'string', accepts: isText };

/** The one list of members: the parser, the refusal of unknown ones and the README follow it. */
export const directiveMembers: { readonly [name in keyof Required<Directives>]: Member } = {
  text: { ...text, does: 'Answers exactly this; with `tool`, as the text before the call.' },
  words: { takes: 'count', accepts: atLeast(0), does: 'Answers with that many fixed words.' },
  sizeBytes: { takes: 'bytes', accepts: atLeast(1), does: 'Pads the text to that size.' },
  tool: { ...text, does: 'Calls the tool of that name, unless a tool result came last.' },
  tools: { takes: 'count', accepts: atLeast(1), does: 'That many parallel tool calls.' },
  arguments: {
    takes: 'object',
    accepts: isObject,
    does: 'Calls tools with these, in place of a sample of their schema.',
  },
  thinking: { ...flag, does: 'Thinks first, as if the request had asked for it.' },
  echoHeaders: {
    ...flag,
    does: 'Answers the received method, path and headers, credentials as `[present]`, and the body’s keys, as JSON.',
  },
  echoBody: {
    ...flag,
    does: 'Answers the SHA-256 and size of the raw request body and its keys, as JSON.',
  },
  tokens: {
    takes: `object of ${tokenNames.join(', ')}`,
    accepts: isTokenCounts,
    does: 'Reports these disjoint counts in place of the counted ones.',
  },
  usage: {
    takes: usageModes.join(', '),
    accepts: oneOf(usageModes),
    does: 'Where and how usage is reported: nowhere, as zeros, on every chunk, on the last chunk that has choices, or twice.',
  },
  chunks: {
    takes: 'count',
    accepts: atLeast(1),
    does: 'Number of text deltas; by default one a word.',
  },
  chunkDelayMs: { ...milliseconds, does: 'Waits before each delta but the first.' },
  headDelayMs: { ...milliseconds, does: 'Waits before the status line.' },
  firstByteDelayMs: {
    ...milliseconds,
    does: 'Waits between the head and the first byte of the body.',
  },
  silentMs: {
    ...milliseconds,
    does: 'Falls silent once: after the first delta, or in the middle of a body.',
  },
  status: {
    takes: 'HTTP status from 400',
    accepts: (value) => atLeast(400)(value) && (value as number) <= 599,
    does: 'Refuses with it, in the vendor’s shape.',
  },
  errorMessage: { ...text, does: 'The message of `status` or `errorAfterChunks`.' },
  errorCode: { ...text, does: 'Its code (in Anthropic’s dialect: its type).' },
  retryAfter: { takes: 'seconds', accepts: atLeast(0), does: 'Adds `retry-after` to `status`.' },
  failTimes: {
    takes: 'count',
    accepts: atLeast(0),
    does: 'Only the first so many requests with this `failKey` meet the faults of this directive.',
  },
  failKey: { ...text, does: 'The key that `failTimes` counts under.' },
  failModels: {
    takes: 'list of upstream models',
    accepts: (value) => Array.isArray(value) && value.every(isText),
    does: 'Only these models meet the faults of this directive.',
  },
  die: {
    takes: '`{afterChunks, how: "reset" or "end"}`',
    accepts: isDeath,
    does: 'After so many deltas the socket is reset, or the body ends cleanly without its end. -1: before the status line.',
  },
  errorAfterChunks: {
    takes: 'count',
    accepts: atLeast(0),
    does: 'Ends a stream in the dialect’s error event after so many deltas.',
  },
  errorAs: {
    takes: 'event, failed',
    accepts: oneOf(['event', 'failed']),
    does: 'How a stream of responses says `errorAfterChunks`: by `error` (the default) or by `response.failed`.',
  },
  endless: { ...flag, does: 'Streams until the client goes.' },
  garbage: {
    ...flag,
    does: 'Breaks the JSON of a body; puts a broken event after the first delta of a stream.',
  },
  noTerminal: { ...flag, does: 'Leaves out `[DONE]`, `message_stop`, `response.completed`.' },
  lineEnding: {
    takes: 'lf, crlf',
    accepts: oneOf(['lf', 'crlf']),
    does: 'Line ends of the stream.',
  },
  splitBytes: {
    takes: 'bytes',
    accepts: atLeast(1),
    does: 'Writes the raw stream so many bytes at a time.',
  },
  hash: { ...flag, does: 'Books the SHA-256 of the answer’s body.' },
  mark: {
    takes: 'string of at most 128 of A-Z a-z 0-9 . _ : / @ -',
    accepts: (value) => typeof value === 'string' && /^[A-Za-z0-9._:/@-]{1,128}$/.test(value),
    does: 'Books it, so that a test knows the lines of each of its requests.',
  },
};

export type DirectiveReading =
  | { readonly ok: true; readonly directives: Directives; readonly text: string }
  | { readonly ok: false; readonly problem: string };

const opening = '[[sandbox';

/** Takes every `[[sandbox {…}]]` out of a text; of repeated members the last one counts. */
export function readDirectives(userText: string): DirectiveReading {
  if (!userText.includes(opening)) return { ok: true, directives: {}, text: userText };
  let members: JsonObject = {};
  let rest = userText;
  for (let from = rest.indexOf(opening); from !== -1; from = rest.indexOf(opening, from)) {
    const found = readObject(rest, from + opening.length);
    if (!found) {
      return { ok: false, problem: 'A [[sandbox …]] directive is not a JSON object closed by ]].' };
    }
    members = { ...members, ...found.value };
    rest = rest.slice(0, from) + rest.slice(found.end);
  }
  const problem = findProblem(members);
  return problem === null
    ? { ok: true, directives: members as Directives, text: rest.trim() }
    : { ok: false, problem };
}

function readObject(source: string, from: number): { value: JsonObject; end: number } | null {
  // The JSON itself may contain "]]", so each one is tried as the closing pair.
  for (
    let close = source.indexOf(']]', from);
    close !== -1;
    close = source.indexOf(']]', close + 1)
  ) {
    try {
      const value: unknown = JSON.parse(source.slice(from, close));
      if (isObject(value)) return { value, end: close + 2 };
    } catch {
      // not the closing pair yet
    }
  }
  return null;
}

function findProblem(members: JsonObject): string | null {
  for (const [name, value] of Object.entries(members)) {
    if (!Object.hasOwn(directiveMembers, name)) {
      const known = Object.keys(directiveMembers).join(', ');
      return `Unknown sandbox directive '${name}'. Known: ${known}.`;
    }
    const member = directiveMembers[name as keyof Directives];
    if (!member.accepts(value)) return `Sandbox directive '${name}' takes: ${member.takes}.`;
  }
  if (members['failTimes'] !== undefined && members['failKey'] === undefined) {
    return "Sandbox directive 'failTimes' needs a 'failKey'.";
  }
  return null;
}

function isTokenCounts(value: unknown): boolean {
  if (!isObject(value)) return false;
  return Object.entries(value).every(([name, n]) => tokenNames.includes(name) && atLeast(0)(n));
}

function isDeath(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { afterChunks, how, ...others } = value;
  return atLeast(-1)(afterChunks) && oneOf(['reset', 'end'])(how) && !Object.keys(others).length;
}
