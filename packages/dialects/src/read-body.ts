import { isUtf8 } from 'node:buffer';
import {
  duplicateMember,
  type FluxError,
  fluxError,
  invalidField,
  missingField,
} from '@fluxrouter/errors';
import {
  type MemberSpan,
  memberOf,
  type ObjectScan,
  type ScanFailure,
  scanObject,
  type WantedNames,
} from '@fluxrouter/json-splice';
import type { RequestLimits, RequestReading, RequestRefusal } from './dialect.ts';
import { isName } from './grammar.ts';
import { asRecord } from './usage.ts';

/** What all three dialects have in common before their own fields are read. */
export interface ReadBody {
  readonly body: Buffer;
  readonly parsed: Record<string, unknown>;
  readonly scan: ObjectScan;
}

/** What a dialect's own reading adds to it. */
export type OwnReading = Pick<
  RequestReading,
  'includeUsage' | 'maxTokens' | 'answers' | 'thinkingBudget'
>;

/**
 * Reads a request body: scan, parse, then the dialect's own checks. A refusal still tells the
 * model as sent and whether a stream was asked for.
 */
export function readRequestBody(
  body: Buffer,
  wanted: WantedNames,
  limits: RequestLimits,
  readOwn: (read: ReadBody) => OwnReading | FluxError,
): RequestReading | RequestRefusal {
  const read = readBody(body, wanted, limits.maxDepth);
  if ('code' in read) return { ...read, model: null, stream: false };
  const { parsed, scan } = read;
  const sent = parsed['model'];
  const model = typeof sent === 'string' && isName(sent) ? sent : null;
  const stream = parsed['stream'] === true;
  const modelSpan = memberOf(scan, 'model');
  const fault = checkModel(sent, modelSpan);
  if (fault !== null) return { ...fault, model, stream };
  const own = readOwn(read);
  if ('code' in own) return { ...own, model, stream };
  return { body, parsed, scan, model, modelSpan: modelSpan as MemberSpan, stream, ...own };
}

function checkModel(sent: unknown, span: MemberSpan | undefined): FluxError | null {
  if (sent === undefined || span === undefined) return missingField('model');
  return typeof sent === 'string' ? null : invalidField('model', 'expected a string');
}

function readBody(body: Buffer, wanted: WantedNames, maxDepth: number): ReadBody | FluxError {
  if (body.length === 0) return fluxError('invalid_json', { message: 'The body is empty.' });
  if (!isUtf8(body)) return fluxError('invalid_utf8');
  const scan = scanObject(body, { wanted, maxDepth });
  if (!scan.ok) return scanFault(scan, body, maxDepth);
  if (!scan.plainNames) {
    return fluxError('invalid_json', {
      message: "A member's name in the body is written with escapes: write it plainly.",
    });
  }
  const parsed = parseObject(body);
  if (parsed === null) return fluxError('invalid_json');
  const duplicate = scan.duplicates[0];
  if (duplicate !== undefined) return duplicateMember(duplicate);
  // A parser that keeps the first of two members would read another request than we did: a tool
  // that was not priced, another account's file.
  if (scan.memberCount !== Object.keys(parsed).length) return fluxError('duplicate_member');
  return { body, parsed, scan };
}

function parseObject(body: Buffer): Record<string, unknown> | null {
  try {
    return asRecord(JSON.parse(body.toString())) ?? null;
  } catch {
    return null; // its message quotes the body
  }
}

function scanFault(failure: ScanFailure, body: Buffer, maxDepth: number): FluxError {
  const { reason, at } = failure;
  if (reason === 'too_deep') {
    return fluxError('json_too_deep', {
      message: `The body is nested more than ${maxDepth} levels deep.`,
    });
  }
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) {
    return fluxError('invalid_json', {
      message: 'The body begins with a byte order mark: send JSON as UTF-8 without one.',
    });
  }
  const what = {
    not_an_object: 'expected a JSON object',
    truncated: 'the body ends too early',
    malformed: 'unexpected text',
    trailing_bytes: 'there is text after the end of the object',
  }[reason];
  return fluxError('invalid_json', {
    message: `The body is not valid JSON: ${what} (at byte ${at}).`,
  });
}
