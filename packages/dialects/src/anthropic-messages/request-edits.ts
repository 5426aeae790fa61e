import type { Edit } from '@fluxrouter/json-splice';
import type { RequestReading, RequestWishes } from '../dialect.ts';
import { sharedEdits } from '../request-edits.ts';
import { maxTokensFields } from './read-request.ts';

/** A stream of messages always reports its usage, so nothing is asked for. */
export function requestEdits(reading: RequestReading, wishes: RequestWishes): Edit[] {
  return sharedEdits(reading, wishes, maxTokensFields);
}
