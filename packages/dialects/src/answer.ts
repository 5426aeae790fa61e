import {
  type Edit,
  editMembers,
  memberOf,
  type NewMember,
  type ObjectScan,
  replaceValue,
  scanObject,
  type WantedNames,
} from '@fluxrouter/json-splice';
import type { AnswerReading } from './dialect.ts';
import { nameAt } from './grammar.ts';

/** Deeper than any answer: only what a broken upstream sends is refused by it. */
const MAX_DEPTH = 1000;

const UNREADABLE: AnswerReading = {
  ok: false,
  bodyId: null,
  upstreamModel: null,
  usage: null,
  finish: null,
  modelSpan: null,
  objectEnd: null,
  isError: false,
  storedIds: [],
  scan: null,
};

type OwnAnswer = Pick<AnswerReading, 'ok' | 'usage' | 'finish' | 'isError'> &
  Partial<Pick<AnswerReading, 'storedIds'>>;

/** Scans an answer and reads what the dialects share; `wanted` holds `id`, `model`, `routor`. */
export function readAnswerBody(
  body: Buffer,
  wanted: WantedNames,
  readOwn: (body: Buffer, scan: ObjectScan) => OwnAnswer,
): AnswerReading {
  const scan = scanObject(body, { wanted, maxDepth: MAX_DEPTH });
  if (!scan.ok) return UNREADABLE;
  const id = memberOf(scan, 'id');
  const model = memberOf(scan, 'model');
  return {
    bodyId: id === undefined ? null : nameAt(body, id.valueStart, id.valueEnd),
    upstreamModel: model === undefined ? null : nameAt(body, model.valueStart, model.valueEnd),
    modelSpan: model === undefined ? null : { start: model.valueStart, end: model.valueEnd },
    objectEnd: scan.objectEnd - 1,
    storedIds: [],
    scan,
    ...readOwn(body, scan),
  };
}

export function answerEdits(
  reading: AnswerReading,
  wishes: { readonly model?: string; readonly members?: readonly NewMember[] },
): Edit[] {
  const { scan } = reading;
  if (scan === null) return [];
  const edits: Edit[] = [];
  const insert = [...(wishes.members ?? [])];
  const model = memberOf(scan, 'model');
  if (wishes.model !== undefined) {
    if (model !== undefined) edits.push(replaceValue(model, JSON.stringify(wishes.model)));
    else insert.unshift({ name: 'model', json: JSON.stringify(wishes.model) });
  }
  // An upstream that is a FluxRouter itself has one already.
  const routor = memberOf(scan, 'routor');
  edits.push(...editMembers(scan, routor === undefined ? [] : [routor], insert));
  return edits;
}
