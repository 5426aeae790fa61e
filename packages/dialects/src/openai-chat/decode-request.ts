import {
  type Conversation,
  type JsonObject,
  nativeOf,
  type OutputFormat,
  type Tool,
  type ToolChoice,
} from '@fluxrouter/conversation';
import { type FluxError, invalidField } from '@fluxrouter/errors';
import { compact, Members } from '../translate/members.ts';
import { natives } from '../translate/native.ts';
import { asRecord } from '../usage.ts';
import { HOME, inside } from './content.ts';
import { decodeMessage } from './messages.ts';

export function decodeRequest(body: JsonObject): Conversation | FluxError {
  const members = new Members(body);
  const messages = members.records('messages');
  if (messages === undefined) return invalidField('messages', 'expected an array of messages');
  const stop = body['stop'];
  const logprobs = members.record['logprobs'] === true;
  if (logprobs) members.taken('logprobs');
  const effort = members.string('reasoning_effort');
  return compact({
    dialect: HOME,
    model: members.string('model') ?? '',
    stream: members.boolean('stream'),
    turns: messages.map(decodeMessage),
    tools: members.records('tools')?.map(decodeTool),
    toolChoice: decodeToolChoice(members),
    parallelToolCalls: members.boolean('parallel_tool_calls'),
    output: decodeFormat(members),
    // `max_tokens` is the older name, and the only one that other vendors know: its form is kept.
    maxTokens: members.number('max_completion_tokens') ?? numberOf(body['max_tokens']),
    temperature: members.number('temperature'),
    topP: members.number('top_p'),
    frequencyPenalty: members.number('frequency_penalty'),
    presencePenalty: members.number('presence_penalty'),
    seed: members.number('seed'),
    stop: typeof stop === 'string' ? [stop] : members.strings('stop'),
    answers: members.number('n'),
    logprobs: logprobs ? (members.number('top_logprobs') ?? 0) : undefined,
    reasoning: effort === undefined ? undefined : { effort },
    verbosity: members.string('verbosity'),
    endUser: members.string('user'),
    native: nativeOf(HOME, members.rest()),
  });
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function decodeTool(tool: JsonObject): Tool {
  const members = new Members(tool);
  const custom = tool['type'] === 'custom';
  const inner = inside(members, custom ? 'custom' : 'function');
  const name = inner?.string('name');
  if (inner === undefined || name === undefined) {
    return { kind: 'opaque', dialect: HOME, value: tool };
  }
  members.taken('type');
  const description = inner.string('description');
  if (custom) {
    const format = flatFormat(inner.object('format'));
    const native = natives(HOME, members.rest(), inner.rest());
    return compact({ kind: 'custom' as const, name, description, format, native });
  }
  return compact({
    kind: 'function' as const,
    name,
    description,
    parameters: inner.object('parameters'),
    strict: inner.boolean('strict'),
    native: natives(HOME, members.rest(), inner.rest()),
  });
}

/** A grammar as responses put it: beside its type. */
function flatFormat(format: JsonObject | undefined): JsonObject | undefined {
  const grammar = asRecord(format?.['grammar']);
  const isPlain = format?.['type'] === 'grammar' && Object.keys(format).length === 2;
  return isPlain && grammar !== undefined ? { type: 'grammar', ...grammar } : format;
}

/** Left as it came where it is of no form that is documented. */
function decodeToolChoice(members: Members): ToolChoice | undefined {
  const choice = readToolChoice(members.record['tool_choice']);
  if (choice !== undefined) members.taken('tool_choice');
  return choice;
}

function readToolChoice(value: unknown): ToolChoice | undefined {
  if (value === 'auto' || value === 'none' || value === 'required') return { mode: value };
  const choice = asRecord(value);
  const of = asRecord(choice?.['function']) ?? asRecord(choice?.['custom']);
  if (typeof of?.['name'] === 'string') {
    const custom = choice?.['type'] === 'custom';
    return compact({
      mode: 'tool' as const,
      name: of['name'],
      custom: custom ? (true as const) : undefined,
    });
  }
  const allowed = asRecord(choice?.['allowed_tools']);
  if (choice?.['type'] !== 'allowed_tools' || !Array.isArray(allowed?.['tools'])) return undefined;
  const names: string[] = [];
  for (const tool of allowed['tools']) {
    const name = asRecord(asRecord(tool)?.['function'])?.['name'];
    if (typeof name !== 'string') return undefined;
    names.push(name);
  }
  return { mode: 'allowed', names, required: allowed['mode'] === 'required' };
}

function decodeFormat(members: Members): OutputFormat | undefined {
  const format = asRecord(members.record['response_format']);
  const read =
    format === undefined ? undefined : readFormat(format, asRecord(format['json_schema']));
  if (read !== undefined) members.taken('response_format');
  return read;
}

function readFormat(format: JsonObject, named: JsonObject | undefined): OutputFormat | undefined {
  if (format['type'] === 'text') return { kind: 'text' };
  if (format['type'] === 'json_object') return { kind: 'json' };
  if (format['type'] !== 'json_schema' || named === undefined) return undefined;
  const members = new Members(named);
  const schema = members.object('schema');
  if (schema === undefined) return undefined;
  const output = compact({
    kind: 'schema' as const,
    name: members.string('name'),
    description: members.string('description'),
    schema,
    strict: members.boolean('strict'),
  });
  return members.rest() === undefined ? output : undefined;
}
