import { memberOf, wantedNames } from '@fluxrouter/json-splice';
import { readAnswerBody } from '../answer.ts';
import type { AnswerReading } from '../dialect.ts';
import { stringAt, valueAt } from '../grammar.ts';
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
    return {
      ok: !isError && memberOf(scan, 'content') !== undefined,
      isError,
      finish: isError ? 'failed' : reason === null ? null : readFinish(reason),
      usage:
        usage === undefined ? null : readUsage(valueAt(bytes, usage.valueStart, usage.valueEnd)),
    };
  });
}
