import {
  type Answer,
  type Block,
  type Finish,
  type FinishReason,
  type JsonObject,
  nativeOf,
  type ReportedUsage,
} from '@fluxrouter/conversation';
import { compact, Members, recordsIn } from '../translate/members.ts';
import { asRecord } from '../usage.ts';
import { decodeBlocks, HOME } from './content.ts';
import { readUsage } from './usage.ts';

/** https://docs.anthropic.com/en/api/messages#response */
export function decodeAnswer(body: JsonObject, model: string | null): Answer | null {
  const members = new Members(body);
  const content = recordsIn(body['content']);
  if (body['type'] === 'error' || content === null) return null;
  members.taken('content');
  const raw = members.string('stop_reason');
  const usage = decodeUsage(body['usage']);
  if (usage !== undefined) members.taken('usage');
  const blocks = decodeBlocks(content).map((block) => sealedBy(block, model));
  return compact({
    dialect: HOME,
    id: members.string('id') ?? '',
    model: members.string('model') ?? '',
    choices: [
      compact({
        turns: [{ role: 'assistant' as const, blocks }],
        finish: raw === undefined ? undefined : decodeFinish(raw, body['stop_sequence']),
      }),
    ],
    usage,
    native: nativeOf(HOME, members.rest()),
  });
}

/** Which of Anthropic's models sealed it is remembered, so that no other is given it. */
function sealedBy(block: Block, model: string | null): Block {
  if (model === null || block.kind !== 'reasoning' || block.seal === undefined) return block;
  return { ...block, seal: { origin: { dialect: HOME, model }, data: block.seal.data } };
}

const reasons: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stopSequence',
  max_tokens: 'length',
  tool_use: 'toolCalls',
  refusal: 'refusal',
  pause_turn: 'pause',
  model_context_window_exceeded: 'contextLength',
};

export function decodeFinish(raw: string, stopSequence: unknown): Finish {
  return compact({
    reason: Object.hasOwn(reasons, raw) ? (reasons[raw] as FinishReason) : 'stop',
    raw,
    stopSequence: typeof stopSequence === 'string' ? stopSequence : undefined,
  });
}

export function decodeUsage(value: unknown): ReportedUsage | undefined {
  const usage = asRecord(value);
  const buckets = usage === undefined ? null : readUsage(usage);
  if (usage === undefined || buckets === null) return undefined;
  return { buckets, native: { [HOME]: usage } };
}
