import {
  type Answer,
  type Encoded,
  type JsonObject,
  Notes,
  type Turn,
} from '@fluxrouter/conversation';
import type { Shown } from '../translate/codec.ts';
import { groupTurns } from '../translate/groups.ts';
import { compact } from '../translate/members.ts';
import { ANSWER, noteNatives, own } from '../translate/native.ts';
import { restampId } from '../translate/sources.ts';
import { HOME } from './content.ts';
import { encodeTurn } from './encode-items.ts';
import { encodeFinish, reportUsage, responseObject } from './response-object.ts';
import { itemId } from './stream-items.ts';

export function encodeAnswer(answer: Answer, shown: Shown): Encoded {
  return answer.dialect === HOME ? ownAnswer(answer, shown) : foreignAnswer(answer, shown);
}

function ownAnswer(answer: Answer, shown: Shown): Encoded {
  const notes = new Notes();
  const choices = { home: true, wrapSeals: false, mayReason: () => true };
  const output = (answer.choices[0]?.turns ?? []).flatMap((turn, i) =>
    encodeTurn(turn, `turns.${i}`, choices, notes),
  );
  const body = compact({
    id: answer.id,
    created_at: answer.createdAt,
    model: shown.model ?? answer.model,
    output,
    usage: answer.usage === undefined ? undefined : reportUsage(answer.usage),
    ...own(answer.native, HOME),
  });
  return { body, notes: notes.list };
}

function foreignAnswer(answer: Answer, shown: Shown): Encoded {
  const notes = new Notes();
  const [choice] = answer.choices;
  if (answer.choices.length > 1) notes.dropped('answers', 'answer.choices');
  noteNatives(notes, answer.native, HOME, ANSWER);
  noteNatives(notes, choice?.native, HOME, ANSWER);
  const choices = { home: false, wrapSeals: true, mayReason: () => true };
  const id = restampId(answer.id, 'resp_');
  const output: JsonObject[] = [];
  for (const { blocks, turn } of groupTurns(choice?.turns ?? [], () => true)) {
    noteNatives(notes, turn?.native, HOME, 'turns.0');
    const spoken: Turn = {
      role: 'assistant',
      blocks: blocks.map(({ block }) => block),
    };
    output.push(...encodeTurn(spoken, 'turns.0', choices, notes));
  }
  const finish = choice?.finish;
  if (finish?.reason === 'pause' || finish?.reason === 'stopSequence') {
    notes.approximated('finish_reason', 'answer.finish');
  }
  const head = {
    id,
    createdAt: answer.createdAt ?? shown.createdAt ?? 0,
    model: shown.model ?? answer.model,
  };
  const { status, incomplete_details } = encodeFinish(finish);
  const items = output.map((item, i) => finished(item, itemId(item, id, i)));
  const more = { incomplete_details, usage: reportUsage(answer.usage) };
  return { body: { ...responseObject(head, status, items, more) }, notes: notes.list };
}

function finished(item: JsonObject, id: string): JsonObject {
  if (item['type'] !== 'message') return { id, ...item, ...(isCall(item) ? STATUS : {}) };
  const content = (item['content'] as readonly JsonObject[]).map((part) =>
    part['type'] === 'output_text' ? { annotations: [], logprobs: [], ...part } : part,
  );
  return { id, ...item, ...STATUS, content };
}

const STATUS = { status: 'completed' };

function isCall({ type }: JsonObject): boolean {
  return type === 'function_call' || type === 'custom_tool_call';
}
