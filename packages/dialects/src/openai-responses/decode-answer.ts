import {
  type Answer,
  type Block,
  type Finish,
  type JsonObject,
  nativeOf,
  type ReportedUsage,
  type Turn,
} from '@fluxrouter/conversation';
import { compact, Members, recordsIn } from '../translate/members.ts';
import { asRecord } from '../usage.ts';
import { HOME } from './content.ts';
import { decodeItem } from './items.ts';
import { readUsage } from './usage.ts';

/** https://platform.openai.com/docs/api-reference/responses/object */
export function decodeAnswer(body: JsonObject, model: string | null): Answer | null {
  const output = recordsIn(body['output']);
  if (output === null || body['status'] === 'failed' || asRecord(body['error'])) return null;
  const members = new Members(body);
  members.taken('output');
  const turns = output.map((item) => sealedTurn(decodeItem(item), model));
  const usage = decodeUsage(body['usage']);
  if (usage !== undefined) members.taken('usage');
  return compact({
    dialect: HOME,
    id: members.string('id') ?? '',
    model: members.string('model') ?? '',
    createdAt: members.number('created_at'),
    choices: [{ turns, finish: decodeFinish(body, turns.some(holdsCall)) }],
    usage,
    native: nativeOf(HOME, members.rest()),
  });
}

function holdsCall({ blocks }: Turn): boolean {
  return blocks.some(({ kind }) => kind === 'toolCall');
}

/** Which model sealed it is remembered, so that no other is given it. */
function sealedTurn(turn: Turn, model: string | null): Turn {
  if (model === null || !turn.blocks.some(({ kind }) => kind === 'reasoning')) return turn;
  return { ...turn, blocks: turn.blocks.map((block) => sealedBy(block, model)) };
}

function sealedBy(block: Block, model: string): Block {
  if (block.kind !== 'reasoning' || block.seal === undefined) return block;
  return { ...block, seal: { origin: { dialect: HOME, model }, data: block.seal.data } };
}

/** A response has a status, and where it is incomplete a reason. */
export function decodeFinish(response: JsonObject, called: boolean): Finish {
  const { status, incomplete_details: details } = response;
  const raw = asRecord(details)?.['reason'];
  if (status === 'incomplete') {
    if (raw === 'content_filter') return { reason: 'refusal', raw };
    return { reason: 'length', raw: typeof raw === 'string' ? raw : 'incomplete' };
  }
  if (status === 'failed' || status === 'cancelled') return { reason: 'failed', raw: status };
  return { reason: called ? 'toolCalls' : 'stop', raw: 'completed' };
}

export function decodeUsage(value: unknown): ReportedUsage | undefined {
  const usage = asRecord(value);
  const buckets = usage === undefined ? null : readUsage(usage);
  if (usage === undefined || buckets === null) return undefined;
  return { buckets, native: { [HOME]: usage } };
}
