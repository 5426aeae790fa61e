import { memberOf, scanArray, scanMembers, spansFor, wantedNames } from '@fluxrouter/json-splice';
import { readAnswerBody } from '../answer.ts';
import type { AnswerReading } from '../dialect.ts';
import { nameAt, stringAt, valueAt } from '../grammar.ts';
import { readFinish } from './finish-reason.ts';
import { readUsage } from './usage.ts';

const wanted = wantedNames([
  'id',
  'type',
  'model',
  'content',
  'stop_reason',
  'usage',
  'error',
  'routor',
]);

const blockNames = wantedNames(['type', 'id']);

/** A `message` object. */
export function readAnswer(body: Buffer): AnswerReading {
  return readAnswerBody(body, wanted, (bytes, scan) => {
    const typeAt = memberOf(scan, 'type');
    const type = typeAt === undefined ? null : stringAt(bytes, typeAt.valueStart, typeAt.valueEnd);
    const error = memberOf(scan, 'error');
    const isError = type === 'error' || (error !== undefined && bytes[error.valueStart] === 0x7b);
    const stop = memberOf(scan, 'stop_reason');
    const reason = stop === undefined ? null : stringAt(bytes, stop.valueStart, stop.valueEnd);
    const usage = memberOf(scan, 'usage');
    const content = memberOf(scan, 'content');
    return {
      ok: !isError && content !== undefined,
      isError,
      finish: isError ? 'failed' : reason === null ? null : readFinish(reason),
      storedIds:
        content === undefined || reason !== 'tool_use'
          ? []
          : readSealedCalls(bytes, content.valueStart),
      usage:
        usage === undefined ? null : readUsage(valueAt(bytes, usage.valueStart, usage.valueEnd)),
    };
  });
}

/** The ids of the calls of an answer that thought first. */
function readSealedCalls(bytes: Buffer, start: number): string[] {
  const calls: string[] = [];
  let sealed = false;
  const spans = spansFor(blockNames);
  for (const block of scanArray(bytes, start) ?? []) {
    if (scanMembers(bytes, block.start, blockNames, spans) < 0) continue;
    const type = stringAt(bytes, spans[0] as number, spans[1] as number);
    if (type === 'thinking' || type === 'redacted_thinking') sealed = true;
    else if (type === 'tool_use' && sealed) {
      const id = nameAt(bytes, spans[2] as number, spans[3] as number);
      if (id !== null) calls.push(id);
    }
  }
  return calls;
}
