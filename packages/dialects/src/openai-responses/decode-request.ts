import type {
  Conversation,
  JsonObject,
  OutputFormat,
  Tool,
  ToolChoice,
  Turn,
} from '@fluxrouter/conversation';
import { type FluxError, invalidField } from '@fluxrouter/errors';
import { compact, Members } from '../translate/members.ts';
import { natives } from '../translate/native.ts';
import { asRecord } from '../usage.ts';
import { HOME } from './content.ts';
import { decodeItem } from './items.ts';

const LOGPROBS = 'message.output_text.logprobs';

export function decodeRequest(body: JsonObject): Conversation | FluxError {
  const members = new Members(body);
  const input = members.string('input');
  const items = members.records('input');
  const instructions = members.string('instructions');
  const text = members.inside('text');
  const thinking = members.inside('reasoning');
  const turns: Turn[] =
    input === undefined
      ? (items ?? []).map(decodeItem)
      : [{ role: 'user', blocks: [{ kind: 'text', text: input }], shorthand: true }];
  if (input === undefined && items === undefined && body['input'] !== undefined) {
    if (!Array.isArray(body['input']) && body['input'] !== null) {
      return invalidField('input', 'expected a string or an array of items');
    }
  }
  const include = body['include'];
  const wantsLogprobs = Array.isArray(include) && include.includes(LOGPROBS);
  const draft = {
    dialect: HOME,
    model: members.string('model') ?? '',
    stream: members.boolean('stream'),
    instructions:
      instructions === undefined
        ? undefined
        : {
            role: 'system' as const,
            blocks: [{ kind: 'text' as const, text: instructions }],
            shorthand: true as const,
          },
    turns,
    shorthand: input === undefined ? undefined : (true as const),
    tools: members.records('tools')?.map(decodeTool),
    toolChoice: decodeToolChoice(members),
    parallelToolCalls: members.boolean('parallel_tool_calls'),
    output: decodeFormat(text),
    verbosity: text.string('verbosity'),
    maxTokens: members.number('max_output_tokens'),
    temperature: members.number('temperature'),
    topP: members.number('top_p'),
    logprobs: wantsLogprobs ? numberOr0(body['top_logprobs']) : undefined,
    reasoning: decodeReasoning(thinking),
    endUser: members.string('user'),
  };
  // An object of which something was not understood is kept whole, and goes back whole.
  const inner: Record<string, unknown> = {};
  const whole: Record<string, unknown> = {};
  for (const [name, part] of [
    ['text', text],
    ['reasoning', thinking],
  ] as const) {
    const left = part.rest();
    if (left === undefined) continue;
    whole[name] = body[name];
    Object.assign(inner, left);
  }
  const isWhole = Object.keys(inner).length === 0;
  const rest = isWhole ? members.rest() : { ...members.rest(), ...whole };
  return compact({ ...draft, native: natives(HOME, rest, isWhole ? undefined : inner) });
}

function numberOr0(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function decodeTool(tool: JsonObject): Tool {
  const members = new Members(tool);
  const name = members.string('name');
  if (name === undefined || (tool['type'] !== 'function' && tool['type'] !== 'custom')) {
    return { kind: 'opaque', dialect: HOME, value: tool };
  }
  members.taken('type');
  const description = members.string('description');
  if (tool['type'] === 'custom') {
    const format = members.object('format');
    const native = natives(HOME, members.rest());
    return compact({ kind: 'custom' as const, name, description, format, native });
  }
  return compact({
    kind: 'function' as const,
    name,
    description,
    parameters: members.object('parameters'),
    strict: members.boolean('strict'),
    native: natives(HOME, members.rest()),
  });
}

function decodeToolChoice(members: Members): ToolChoice | undefined {
  const choice = readToolChoice(members.record['tool_choice']);
  if (choice !== undefined) members.taken('tool_choice');
  return choice;
}

function readToolChoice(value: unknown): ToolChoice | undefined {
  if (value === 'auto' || value === 'none' || value === 'required') return { mode: value };
  const choice = asRecord(value);
  const { type, name, tools } = choice ?? {};
  if ((type === 'function' || type === 'custom') && typeof name === 'string') {
    const custom = type === 'custom' ? (true as const) : undefined;
    return compact({ mode: 'tool' as const, name, custom });
  }
  if (type !== 'allowed_tools' || !Array.isArray(tools)) return undefined;
  const names: string[] = [];
  for (const tool of tools) {
    const record = asRecord(tool);
    if (record?.['type'] !== 'function' || typeof record['name'] !== 'string') return undefined;
    names.push(record['name']);
  }
  return { mode: 'allowed', names, required: choice?.['mode'] === 'required' };
}

function decodeFormat(text: Members): OutputFormat | undefined {
  const format = asRecord(text.record['format']);
  const read = format === undefined ? undefined : readFormat(format);
  if (read !== undefined) text.taken('format');
  return read;
}

function readFormat(format: JsonObject): OutputFormat | undefined {
  const members = new Members(format);
  members.taken('type');
  const { type } = format;
  if (type === 'text' || type === 'json_object') {
    if (members.rest() !== undefined) return undefined;
    return { kind: type === 'text' ? 'text' : 'json' };
  }
  const schema = type === 'json_schema' ? members.object('schema') : undefined;
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

function decodeReasoning(thinking: Members) {
  const reasoning = compact({
    effort: thinking.string('effort'),
    summary: thinking.string('summary'),
  });
  return Object.keys(reasoning).length === 0 ? undefined : reasoning;
}
