import {
  type Answer,
  type Block,
  type Encoded,
  type Finish,
  type JsonObject,
  Notes,
  type ReportedUsage,
  writeSeal,
} from '@fluxrouter/conversation';
import type { Shown } from '../translate/codec.ts';
import { groupTurns } from '../translate/groups.ts';
import { compact } from '../translate/members.ts';
import { ANSWER, noteNatives, own } from '../translate/native.ts';
import { restampId } from '../translate/sources.ts';
import { encodeBlock, HOME, isEmptyText } from './content.ts';
import { encodeUsage } from './usage.ts';

export function encodeAnswer(answer: Answer, shown: Shown): Encoded {
  const notes = new Notes();
  const home = answer.dialect === HOME;
  const [choice] = answer.choices;
  if (answer.choices.length > 1) notes.dropped('answers', 'answer.choices');
  noteNatives(notes, answer.native, HOME, ANSWER);
  noteNatives(notes, choice?.native, HOME, ANSWER);
  choice?.turns.forEach((turn, i) => {
    noteNatives(notes, turn.native, HOME, `turns.${i}`);
  });
  const content: JsonObject[] = [];
  let refused = false;
  for (const { blocks } of groupTurns(choice?.turns ?? [], () => true)) {
    for (const { block, path } of blocks) {
      if (block.kind === 'refusal') refused = true;
      const part =
        block.kind === 'reasoning' ? thinkingBlock(block, home) : encodeBlock(block, notes, path);
      if (part !== null && (home || !isEmptyText(part))) content.push(part);
    }
  }
  const { finish } = choice ?? {};
  const body = compact({
    id: home ? answer.id : restampId(answer.id, 'msg_'),
    type: home ? undefined : 'message',
    role: home ? undefined : 'assistant',
    model: shown.model ?? answer.model,
    content,
    stop_reason: home ? finish?.raw : encodeFinish(finish, refused),
    stop_sequence: home ? undefined : (finish?.stopSequence ?? null),
    usage: answer.usage === undefined ? noUsage(home) : reportUsage(answer.usage),
    ...own(answer.native, HOME),
  });
  return { body, notes: notes.list };
}

/** The SDKs' types have it in every message. */
function noUsage(home: boolean): JsonObject | undefined {
  return home ? undefined : encodeUsage({});
}

function thinkingBlock(block: Extract<Block, { kind: 'reasoning' }>, home: boolean): JsonObject {
  const { seal, text, hidden } = block;
  const kept = own(block.native, HOME);
  if (!home) {
    return { type: 'thinking', thinking: text, signature: seal ? writeSeal(seal, HOME) : '' };
  }
  if (hidden === true && seal !== undefined) {
    return { type: 'redacted_thinking', data: seal.data, ...kept };
  }
  const signature = seal === undefined ? {} : { signature: seal.data };
  return { type: 'thinking', thinking: text, ...signature, ...kept };
}

/** A refusal in words is one here, whatever reason came with it. */
export function encodeFinish(finish: Finish | undefined, refused: boolean): string {
  if (refused) return 'refusal';
  switch (finish?.reason) {
    case 'length':
      return 'max_tokens';
    case 'toolCalls':
      return 'tool_use';
    case 'stopSequence':
      return 'stop_sequence';
    case 'refusal':
      return 'refusal';
    case 'pause':
      return 'pause_turn';
    case 'contextLength':
      return 'model_context_window_exceeded';
    default:
      return 'end_turn';
  }
}

export function reportUsage({ buckets, native }: ReportedUsage): JsonObject {
  return own(native, HOME) ?? encodeUsage(buckets);
}
