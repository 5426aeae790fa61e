import {
  type Answer,
  type Block,
  type Choice,
  type Finish,
  type FinishReason,
  type JsonObject,
  nativeOf,
  type ReportedUsage,
} from '@fluxrouter/conversation';
import { compact, Members } from '../translate/members.ts';
import { asRecord } from '../usage.ts';
import { HOME } from './content.ts';
import { decodeMessage } from './messages.ts';
import { readUsage } from './usage.ts';

/** https://platform.openai.com/docs/api-reference/chat/object */
export function decodeAnswer(body: JsonObject, model: string | null): Answer | null {
  const members = new Members(body);
  const choices = members.records('choices');
  if (choices === undefined || asRecord(body['error']) !== undefined) return null;
  const usage = decodeUsage(body['usage']);
  if (usage !== undefined) members.taken('usage');
  return compact({
    dialect: HOME,
    id: members.string('id') ?? '',
    model: members.string('model') ?? '',
    createdAt: members.number('created'),
    choices: choices.map((choice) => decodeChoice(choice, model)),
    usage,
    native: nativeOf(HOME, members.rest()),
  });
}

function decodeChoice(choice: JsonObject, model: string | null): Choice {
  const members = new Members(choice);
  const message = members.object('message') ?? {};
  const turn = decodeMessage({ role: 'assistant', ...message });
  const blocks = sealAll(turn.blocks, model);
  const raw = members.string('finish_reason');
  const logprobs = asRecord(choice['logprobs'])?.['content'];
  const finish = raw === undefined ? undefined : decodeFinish(raw, holdsCalls(blocks));
  return compact({
    turns: [{ ...turn, blocks: Array.isArray(logprobs) ? withLogprobs(blocks, logprobs) : blocks }],
    finish,
    native: nativeOf(HOME, members.rest()),
  });
}

/** What chat tells of reasoning has no proof; which model it came from is remembered all the same. */
function sealAll(blocks: readonly Block[], model: string | null): readonly Block[] {
  if (model === null || !blocks.some(({ kind }) => kind === 'reasoning')) return blocks;
  return blocks.map((block) =>
    block.kind === 'reasoning' && block.seal === undefined
      ? { ...block, seal: { origin: { dialect: HOME, model }, data: '' } }
      : block,
  );
}

function withLogprobs(blocks: readonly Block[], logprobs: readonly unknown[]): readonly Block[] {
  const at = blocks.findIndex(({ kind }) => kind === 'text');
  return blocks.map((block, i) =>
    i === at && block.kind === 'text' ? { ...block, logprobs } : block,
  );
}

function holdsCalls(blocks: readonly Block[]): boolean {
  return blocks.some(({ kind }) => kind === 'toolCall');
}

const reasons: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  eos: 'stop',
  end_turn: 'stop',
  length: 'length',
  max_tokens: 'length',
  model_length: 'contextLength', // Mistral
  tool_calls: 'toolCalls',
  function_call: 'toolCalls',
  content_filter: 'refusal',
  sensitive: 'refusal', // Z.ai
  safety: 'refusal',
  error: 'failed',
  network_error: 'failed', // Z.ai
  insufficient_system_resource: 'failed', // DeepSeek
};

/** Some vendors say `stop` after a tool call. */
export function decodeFinish(raw: string, called: boolean): Finish {
  const known = raw.toLowerCase();
  const reason = Object.hasOwn(reasons, known) ? (reasons[known] as FinishReason) : 'stop';
  return { reason: reason === 'stop' && called ? 'toolCalls' : reason, raw };
}

export function decodeUsage(value: unknown): ReportedUsage | undefined {
  const usage = asRecord(value);
  const buckets = usage === undefined ? null : readUsage(usage);
  if (usage === undefined || buckets === null) return undefined;
  return { buckets, native: { [HOME]: usage } };
}
