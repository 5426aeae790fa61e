import { memberOf, scanArray, scanMembers, spansFor, wantedNames } from '@fluxrouter/json-splice';
import { readAnswerBody } from '../answer.ts';
import type { AnswerReading } from '../dialect.ts';
import { isNullAt, stringAt, valueAt } from '../grammar.ts';
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
const itemNames = wantedNames(['content']);
const partNames = wantedNames(['refusal']);

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
    const output = memberOf(scan, 'output');
    const usage = memberOf(scan, 'usage');
    const finish = isError ? 'failed' : readFinish(status, reason);
    return {
      ok: !isError && finish !== 'failed' && output !== undefined,
      isError,
      finish:
        finish === 'completed' && output !== undefined && refuses(bytes, output.valueStart)
          ? 'refused'
          : finish,
      usage:
        usage === undefined ? null : readUsage(valueAt(bytes, usage.valueStart, usage.valueEnd)),
    };
  });
}

/** True where a message of the output holds a refusal part. */
export function refuses(bytes: Buffer, outputStart: number): boolean {
  const item = spansFor(itemNames);
  const part = spansFor(partNames);
  for (const { start } of scanArray(bytes, outputStart) ?? []) {
    if (scanMembers(bytes, start, itemNames, item) < 0 || (item[0] as number) < 0) continue;
    for (const { start: partStart } of scanArray(bytes, item[0] as number) ?? []) {
      if (scanMembers(bytes, partStart, partNames, part) >= 0 && (part[0] as number) >= 0) {
        return true;
      }
    }
  }
  return false;
}
