import { memberOf, scanArray, wantedNames } from '@fluxrouter/json-splice';
import { readAnswerBody } from '../answer.ts';
import type { AnswerReading } from '../dialect.ts';
import { isNullAt, valueAt } from '../grammar.ts';
import { asRecord, tokenCount, type Usage } from '../usage.ts';

const wanted = wantedNames(['id', 'model', 'data', 'usage', 'error', 'routor']);

/** An `images` answer: one element of `data` an image. */
export function readAnswer(body: Buffer): AnswerReading {
  return readAnswerBody(body, wanted, (bytes, scan) => {
    const error = memberOf(scan, 'error');
    const isError = error !== undefined && !isNullAt(bytes, error.valueStart);
    const data = memberOf(scan, 'data');
    const images = data === undefined ? null : scanArray(bytes, data.valueStart);
    const usage = memberOf(scan, 'usage');
    const reported =
      usage === undefined ? undefined : valueAt(bytes, usage.valueStart, usage.valueEnd);
    return {
      ok: images !== null && !isError,
      isError,
      finish: isError ? 'failed' : 'completed',
      usage: images === null ? null : readUsage(reported, images.length),
    };
  });
}

/** Images are billed each: the tokens that one is made of (`output_tokens`) are not counted beside it. */
function readUsage(reported: unknown, images: number): Usage {
  const input = tokenCount(asRecord(reported)?.['input_tokens']);
  return { ...(input === undefined ? {} : { input }), output: 0, images };
}
