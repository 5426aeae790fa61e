import { memberOf, scanArray, scanMembers, spansFor, wantedNames } from '@fluxrouter/json-splice';
import { readAnswerBody } from '../answer.ts';
import type { AnswerReading } from '../dialect.ts';
import { isNullAt, nameAt, stringAt, valueAt } from '../grammar.ts';
import { asRecord } from '../usage.ts';
import { readFinish } from './finish-reason.ts';
import { readUsage } from './usage.ts';

const wanted = wantedNames([
  'id',
  'model',
  'status',
  'output',
  'usage',
  'error',
  'incomplete_details',
  'routor',
]);
const itemNames = wantedNames(['id', 'content']);
const [ITEM_ID, ITEM_CONTENT] = [0, 2] as const;
const partNames = wantedNames(['refusal']);

export interface OutputReading {
  readonly itemIds: readonly string[];
  readonly refused: boolean;
}

const NO_OUTPUT: OutputReading = { itemIds: [], refused: false };

/** A `response` object. */
export function readAnswer(body: Buffer): AnswerReading {
  return readAnswerBody(body, wanted, (bytes, scan) => {
    const error = memberOf(scan, 'error');
    const isError = error !== undefined && !isNullAt(bytes, error.valueStart);
    const statusAt = memberOf(scan, 'status');
    const status =
      statusAt === undefined ? null : stringAt(bytes, statusAt.valueStart, statusAt.valueEnd);
    const details = memberOf(scan, 'incomplete_details');
    const reason =
      details === undefined
        ? undefined
        : asRecord(valueAt(bytes, details.valueStart, details.valueEnd))?.['reason'];
    const outputAt = memberOf(scan, 'output');
    const output = outputAt === undefined ? NO_OUTPUT : readOutput(bytes, outputAt.valueStart);
    const usage = memberOf(scan, 'usage');
    const finish = isError ? 'failed' : readFinish(status, reason);
    return {
      ok: !isError && finish !== 'failed' && outputAt !== undefined,
      isError,
      finish: finish === 'completed' && output.refused ? 'refused' : finish,
      storedIds: output.itemIds,
      usage:
        usage === undefined ? null : readUsage(valueAt(bytes, usage.valueStart, usage.valueEnd)),
    };
  });
}

/** What an `output` array holds: the ids of its items, and whether a message of it refuses. */
export function readOutput(bytes: Buffer, start: number): OutputReading {
  const itemIds: string[] = [];
  let refused = false;
  const spans = spansFor(itemNames);
  for (const { start: itemStart } of scanArray(bytes, start) ?? []) {
    if (scanMembers(bytes, itemStart, itemNames, spans) < 0) continue;
    const id = nameAt(bytes, spans[ITEM_ID] as number, spans[ITEM_ID + 1] as number);
    if (id !== null) itemIds.push(id);
    refused ||= refuses(bytes, spans[ITEM_CONTENT] as number);
  }
  return { itemIds, refused };
}

function refuses(bytes: Buffer, contentStart: number): boolean {
  if (contentStart < 0) return false;
  const spans = spansFor(partNames);
  for (const { start } of scanArray(bytes, contentStart) ?? []) {
    if (scanMembers(bytes, start, partNames, spans) >= 0 && (spans[0] as number) >= 0) return true;
  }
  return false;
}
