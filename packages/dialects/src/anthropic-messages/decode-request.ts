import type {
  Block,
  Conversation,
  JsonObject,
  OutputFormat,
  Reasoning,
  Role,
  Tool,
  ToolChoice,
  Turn,
} from '@fluxrouter/conversation';
import { type FluxError, invalidField } from '@fluxrouter/errors';
import { compact, Members } from '../translate/members.ts';
import { natives } from '../translate/native.ts';
import { asRecord } from '../usage.ts';
import { decodeBlocks, HOME } from './content.ts';

export function decodeRequest(body: JsonObject): Conversation | FluxError {
  const members = new Members(body);
  const messages = members.records('messages');
  if (messages === undefined) return invalidField('messages', 'expected an array of messages');
  const choice = members.inside('tool_choice');
  const toolChoice = decodeToolChoice(choice);
  const serial = choice.boolean('disable_parallel_tool_use');
  const config = members.inside('output_config');
  const thinking = members.inside('thinking');
  const metadata = members.inside('metadata');
  const draft = {
    dialect: HOME,
    model: members.string('model') ?? '',
    stream: members.boolean('stream'),
    instructions: decodeSystem(members),
    turns: messages.map(decodeMessage),
    tools: members.records('tools')?.map(decodeTool),
    toolChoice,
    parallelToolCalls: serial === undefined ? undefined : !serial,
    output: decodeFormat(config),
    maxTokens: members.number('max_tokens'),
    temperature: members.number('temperature'),
    topP: members.number('top_p'),
    topK: members.number('top_k'),
    stop: members.strings('stop_sequences'),
    reasoning: decodeReasoning(thinking, config),
    endUser: metadata.string('user_id'),
  };
  // An object of which something was not understood is kept whole, and goes back whole.
  const inner: Record<string, unknown> = {};
  const nested = { tool_choice: choice, output_config: config, thinking, metadata };
  const whole: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(nested)) {
    const left = part.rest();
    if (left === undefined) continue;
    whole[name] = body[name];
    inner[name] = left;
  }
  const isWhole = Object.keys(inner).length === 0;
  const rest = isWhole ? members.rest() : { ...members.rest(), ...whole };
  return compact({ ...draft, native: natives(HOME, rest, isWhole ? undefined : inner) });
}

function decodeSystem(members: Members): Turn | undefined {
  const text = members.string('system');
  if (text !== undefined) {
    return { role: 'system', blocks: [{ kind: 'text', text }], shorthand: true };
  }
  const blocks = members.records('system');
  return blocks === undefined ? undefined : { role: 'system', blocks: decodeBlocks(blocks) };
}

/** A message of a request; of an answer the content alone is read. */
function decodeMessage(message: JsonObject): Turn {
  const members = new Members(message);
  const role = members.string('role') === 'user' ? 'user' : message['role'];
  const text = members.string('content');
  const blocks: Block[] =
    text === undefined ? decodeBlocks(members.records('content') ?? []) : [{ kind: 'text', text }];
  return compact({
    role: (role === 'assistant' || role === 'system' ? role : 'user') as Role,
    blocks,
    shorthand: text === undefined ? undefined : (true as const),
    native: natives(HOME, members.rest()),
  });
}

function decodeTool(tool: JsonObject): Tool {
  const { type } = tool;
  const members = new Members(tool);
  const name = members.string('name');
  const parameters = members.object('input_schema');
  const isFunction = type === undefined || type === null || type === 'custom';
  if (!isFunction || name === undefined || parameters === undefined) {
    return { kind: 'opaque', dialect: HOME, value: tool };
  }
  return compact({
    kind: 'function' as const,
    name,
    description: members.string('description'),
    parameters,
    strict: members.boolean('strict'),
    native: natives(HOME, members.rest()),
  });
}

const modes = { auto: 'auto', any: 'required', none: 'none' } as const;

function decodeToolChoice(choice: Members): ToolChoice | undefined {
  const { type } = choice.record;
  if (type === 'tool') {
    const name = choice.string('name');
    if (name === undefined) return undefined;
    choice.taken('type');
    return { mode: 'tool', name };
  }
  if (typeof type !== 'string' || !Object.hasOwn(modes, type)) return undefined;
  choice.taken('type');
  return { mode: modes[type as keyof typeof modes] };
}

function decodeFormat(config: Members): OutputFormat | undefined {
  const format = asRecord(config.record['format']);
  const schema = asRecord(format?.['schema']);
  if (format?.['type'] !== 'json_schema' || schema === undefined) return undefined;
  if (Object.keys(format).length !== 2) return undefined;
  config.taken('format');
  return { kind: 'schema', schema };
}

const thinkingModes = { enabled: 'budget', adaptive: 'adaptive', disabled: 'off' } as const;

function decodeReasoning(thinking: Members, config: Members): Reasoning | undefined {
  const { type } = thinking.record;
  const known = typeof type === 'string' && Object.hasOwn(thinkingModes, type);
  if (known) thinking.taken('type');
  const reasoning = compact({
    mode: known ? thinkingModes[type as keyof typeof thinkingModes] : undefined,
    budgetTokens: thinking.number('budget_tokens'),
    effort: config.string('effort'),
  });
  return Object.keys(reasoning).length === 0 ? undefined : reasoning;
}
