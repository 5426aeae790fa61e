import {
  type Edit,
  insertMember,
  memberOf,
  type NewMember,
  replaceValue,
  scanObject,
  wantedNames,
} from '@fluxrouter/json-splice';
import type { RequestReading, RequestWishes } from '../dialect.ts';
import { sharedEdits } from '../request-edits.ts';
import { asRecord } from '../usage.ts';
import { maxTokensFields } from './read-request.ts';

const optionNames = wantedNames(['include_usage']);

/** Shared splices, and `stream_options.include_usage` for a stream whose usage we want to know. */
export function requestEdits(reading: RequestReading, wishes: RequestWishes): Edit[] {
  const edits: Edit[] = [];
  const insert: NewMember[] = [];
  if (wishes.askUsage && reading.stream && !reading.includeUsage) askUsage(reading, edits, insert);
  return sharedEdits(reading, wishes, maxTokensFields, { edits, insert });
}

function askUsage(reading: RequestReading, edits: Edit[], insert: NewMember[]): void {
  const span = memberOf(reading.scan, 'stream_options');
  const json = '{"include_usage":true}';
  if (span === undefined) {
    insert.push({ name: 'stream_options', json });
    return;
  }
  const scan =
    asRecord(reading.parsed['stream_options']) === undefined
      ? null
      : scanObject(reading.body, { wanted: optionNames, maxDepth: 1000 }, span.valueStart);
  if (scan === null || !scan.ok) {
    edits.push(replaceValue(span, json)); // it was null
    return;
  }
  const option = memberOf(scan, 'include_usage');
  edits.push(
    option === undefined
      ? insertMember(scan, 'include_usage', 'true')
      : replaceValue(option, 'true'),
  );
}
