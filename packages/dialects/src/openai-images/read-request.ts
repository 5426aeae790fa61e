import { type FluxError, invalidField, missingField } from '@fluxrouter/errors';
import { wantedNames } from '@fluxrouter/json-splice';
import type { RequestLimits, RequestReading, RequestRefusal } from '../dialect.ts';
import { aString, checkFields, type FieldRules, integerFrom } from '../field-checks.ts';
import { type OwnReading, type ReadBody, readRequestBody } from '../read-body.ts';
import { routorNames } from '../routor-fields.ts';

const wanted = wantedNames(['model', ...routorNames]);

/** https://platform.openai.com/docs/api-reference/images/create, as openai-node 7.57 types it. */
const fields: FieldRules = [
  ['prompt', aString],
  ['n', integerFrom(1, 10)],
  ['size', aString],
  ['quality', aString],
  ['background', aString],
  ['output_format', aString],
  ['response_format', aString],
  ['user', aString],
];

/** The longest prompt that OpenAI's image models take, in characters. */
const PROMPT_CHARS_MAX = 32_000;

export function readRequest(body: Buffer, limits: RequestLimits): RequestReading | RequestRefusal {
  return readRequestBody(body, wanted, limits, readOwn);
}

function readOwn({ parsed }: ReadBody): OwnReading | FluxError {
  const { prompt, n, stream } = parsed;
  if (prompt === undefined || prompt === null || prompt === '') return missingField('prompt');
  const fault = checkFields(parsed, fields);
  if (fault !== null) return fault;
  if ((prompt as string).length > PROMPT_CHARS_MAX) {
    return invalidField('prompt', `expected at most ${PROMPT_CHARS_MAX} characters`);
  }
  if (stream !== undefined && stream !== null && stream !== false) {
    return invalidField('stream', 'images are not streamed here');
  }
  return {
    includeUsage: true,
    maxTokens: undefined,
    answers: typeof n === 'number' ? n : 1,
    thinkingBudget: undefined,
  };
}
