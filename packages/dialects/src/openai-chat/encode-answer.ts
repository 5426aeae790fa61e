import {
  type Answer,
  type Choice,
  type Encoded,
  type Finish,
  type JsonObject,
  Notes,
  type ReasoningBlock,
  type ReportedUsage,
} from '@fluxrouter/conversation';
import type { Shown } from '../translate/codec.ts';
import { groupTurns } from '../translate/groups.ts';
import { compact } from '../translate/members.ts';
import { ANSWER, noteNatives, own } from '../translate/native.ts';
import { restampId } from '../translate/sources.ts';
import { HOME } from './content.ts';
import { encodeAssistant } from './messages.ts';
import { encodeUsage } from './usage.ts';

export function encodeAnswer(answer: Answer, shown: Shown): Encoded {
  const notes = new Notes();
  const home = answer.dialect === HOME;
  noteNatives(notes, answer.native, HOME, ANSWER);
  const body = compact({
    id: home ? answer.id : restampId(answer.id, 'chatcmpl-'),
    object: home ? undefined : 'chat.completion',
    created: answer.createdAt ?? (home ? undefined : (shown.createdAt ?? 0)),
    model: shown.model ?? answer.model,
    choices: answer.choices.map((choice, i) => encodeChoice(choice, i, home, notes)),
    usage: answer.usage === undefined ? undefined : reportUsage(answer.usage),
    ...own(answer.native, HOME),
  });
  return { body, notes: notes.list };
}

function encodeChoice(choice: Choice, index: number, home: boolean, notes: Notes): JsonObject {
  const [group] = groupTurns(choice.turns, () => true);
  const blocks = group?.blocks ?? [];
  const reasoning: ReasoningBlock[] = [];
  for (const { block } of blocks) if (block.kind === 'reasoning') reasoning.push(block);
  for (const [i, turn] of choice.turns.entries())
    noteNatives(notes, turn.native, HOME, `turns.${i}`);
  const message = encodeAssistant(
    blocks,
    home ? choice.turns[0]?.shorthand === true : true,
    home ? reasoning.map(withoutOwnSeal) : reasoning,
    notes,
  );
  const finish = choice.finish;
  if (home) {
    return compact({
      message: { ...message, ...own(choice.turns[0]?.native, HOME) },
      finish_reason: finish?.raw,
      ...own(choice.native, HOME),
    });
  }
  const logprobs = blocks.flatMap(({ block }) =>
    block.kind === 'text' ? (block.logprobs ?? []) : [],
  );
  if (Array.isArray(message['content'])) message['content'] = joinParts(message['content']);
  noteNatives(notes, choice.native, HOME, ANSWER);
  noteFinish(finish, notes);
  return {
    index,
    message: { content: null, refusal: null, ...message },
    logprobs: logprobs.length === 0 ? null : { content: logprobs, refusal: null },
    finish_reason: encodeFinish(finish),
  };
}

/** A client reads one string. */
function joinParts(parts: readonly JsonObject[]): string {
  return parts.map((part) => (typeof part['text'] === 'string' ? part['text'] : '')).join('');
}

/** The origin that we remembered for it is not chat's own. */
function withoutOwnSeal(block: ReasoningBlock): ReasoningBlock {
  if (block.seal === undefined || block.seal.data !== '') return block;
  const { seal: _, ...rest } = block;
  return rest;
}

export function encodeFinish(finish: Finish | undefined): string {
  switch (finish?.reason) {
    case 'length':
    case 'contextLength':
      return 'length';
    case 'toolCalls':
      return 'tool_calls';
    case 'refusal':
      return 'content_filter';
    default:
      return 'stop';
  }
}

/** Chat has no name for it: the nearest is told. */
function noteFinish(finish: Finish | undefined, notes: Notes): void {
  const reason = finish?.reason;
  if (reason === 'pause' || reason === 'contextLength' || reason === 'stopSequence') {
    notes.approximated('finish_reason', 'answer.finish');
  }
}

export function reportUsage({ buckets, native }: ReportedUsage): JsonObject {
  return own(native, HOME) ?? encodeUsage(buckets);
}
