import type { UpstreamError, UpstreamErrorKind } from './dialect.ts';
import { clientSafe, vendorParam, vendorWord } from './error-text.ts';
import { asRecord } from './usage.ts';

/** What an error body says, whatever form the vendor gives it. */
export interface VendorError {
  readonly message: string | null;
  readonly type: string | null;
  readonly code: string | null;
  readonly param: string | null;
}

const NOTHING: VendorError = { message: null, type: null, code: null, param: null };

/** Reads an error body of any of our vendors. Total. */
export function readVendorError(body: Buffer): VendorError {
  try {
    return vendorErrorOf(JSON.parse(body.toString()));
  } catch {
    return NOTHING;
  }
}

export function vendorErrorOf(value: unknown): VendorError {
  // Google's OpenAI-compatible endpoint wraps its errors in an array.
  const body = asRecord(Array.isArray(value) ? value[0] : value);
  if (body === undefined) return NOTHING;
  const inner = body['error'];
  // xAI: {"code": "...", "error": "..."}; Mistral: {"object": "error", "message", "type", "code"}
  // and {"detail": [{loc, msg}]}; everyone else: {"error": {...}}.
  const error = asRecord(inner) ?? body;
  const message = firstString(error['message'], inner, body['message'], detailOf(body['detail']));
  return {
    message,
    type: vendorWord(error['type']) ?? vendorWord(error['status']),
    code: vendorWord(error['code']) ?? vendorWord(asRecord(error['details'])?.['error_code']),
    param: vendorParam(error['param']),
  };
}

function firstString(...values: readonly unknown[]): string | null {
  for (const value of values) if (typeof value === 'string' && value !== '') return value;
  return null;
}

function detailOf(detail: unknown): unknown {
  return Array.isArray(detail) ? asRecord(detail[0])?.['msg'] : detail;
}

/** One line of the table: the first that fits decides. */
interface Rule {
  readonly kind: UpstreamErrorKind;
  readonly codes?: readonly string[];
  readonly statuses?: readonly number[];
  readonly message?: RegExp;
}

const rules: readonly Rule[] = [
  // Money and credentials of ours, under whatever status they come.
  {
    kind: 'auth',
    codes: [
      'insufficient_quota',
      'billing_hard_limit_reached',
      'billing_not_active',
      'billing_error',
      'invalid_api_key',
      'account_deactivated',
      'authentication_error',
      'permission_error',
      'insufficient_balance',
      'exceeded_current_quota_error',
      'Arrearage',
      'mismatched_organization',
    ],
  },
  { kind: 'auth', statuses: [400], message: /credit balance is too low|API key not valid/i },
  { kind: 'auth', statuses: [401, 402, 403] },
  {
    kind: 'context_length',
    codes: ['context_length_exceeded', 'model_context_window_exceeded', 'string_above_max_length'],
  },
  {
    kind: 'context_length',
    statuses: [400, 413, 422],
    message:
      /prompt is too long|maximum (?:context|prompt) length|context (?:length|window)|exceeds? the (?:maximum|context|model'?s)[^.]*tokens?|too many (?:input )?tokens|input (?:token count|length)[^.]*exceed|exceeded model token limit|range of input length/i,
  },
  { kind: 'not_found_model', codes: ['model_not_found', 'model_not_active', 'invalid_model'] },
  {
    kind: 'not_found_model',
    statuses: [400, 404],
    message:
      /\bmodels?\b[^.]*(?:does not exist|not found|not exist|is not supported for)|^model: /i,
  },
  { kind: 'rate_limited', codes: ['rate_limit_error', 'rate_limit_exceeded'] },
  { kind: 'overloaded', codes: ['overloaded_error', 'engine_overloaded_error', 'overloaded'] },
  // Anthropic's own status, which others have taken over: it says more than any word beside it.
  { kind: 'overloaded', statuses: [529] },
  { kind: 'timeout', codes: ['timeout_error'] },
  {
    kind: 'server',
    codes: ['api_error', 'server_error', 'internal_error', 'internal_server_error'],
  },
  { kind: 'rate_limited', statuses: [429] },
  { kind: 'overloaded', statuses: [498, 503] },
  { kind: 'timeout', statuses: [408, 504, 522, 524] },
  {
    kind: 'capability',
    statuses: [400, 404, 422],
    codes: [
      'unsupported_parameter',
      'unsupported_value',
      'unsupported_model',
      'tool_use_unsupported',
    ],
  },
  {
    kind: 'capability',
    statuses: [400, 404, 422],
    message:
      /(?:does not|doesn't|not) support(?:ed)?\b|unsupported (?:parameter|value|content|modality|feature)|no endpoints? (?:found|available)[^.]*support|is not (?:available|enabled) (?:for|on) this model/i,
  },
  // Retried with success as often as not: theirs, not the client's.
  { kind: 'server', statuses: [409, 421, 425] },
];

function fits(rule: Rule, status: number, vendor: VendorError): boolean {
  if (rule.codes !== undefined) {
    const named =
      (vendor.code !== null && rule.codes.includes(vendor.code)) ||
      (vendor.type !== null && rule.codes.includes(vendor.type));
    if (!named) return false;
  } else if (rule.statuses !== undefined && !rule.statuses.includes(status)) return false;
  return (
    rule.message === undefined || (vendor.message !== null && rule.message.test(vendor.message))
  );
}

const CAUSED_BY_CLIENT: readonly UpstreamErrorKind[] = ['client', 'context_length', 'capability'];

/** What an upstream's failure is to us. `status` 0: it came inside a stream, without one. */
export function classify(status: number, vendor: VendorError): UpstreamError {
  const rule = rules.find((each) => fits(each, status, vendor));
  const kind = rule?.kind ?? kindByStatus(status, vendor);
  const shown = CAUSED_BY_CLIENT.includes(kind) && vendor.message !== null;
  return {
    kind,
    status: status === 0 ? statusOf(kind) : status,
    clientSafeMessage: shown ? clientSafe(vendor.message as string) : null,
    type: vendor.type,
    code: vendor.code,
    param: CAUSED_BY_CLIENT.includes(kind) ? vendor.param : null,
  };
}

function kindByStatus(status: number, vendor: VendorError): UpstreamErrorKind {
  if (status >= 400 && status < 500) {
    // A 404 that is nobody's error body is a wrong base URL of ours, not the client's doing.
    return vendor.message === null && status === 404 ? 'server' : 'client';
  }
  if (status === 0 && vendor.type === 'invalid_request_error') return 'client';
  return 'server';
}

function statusOf(kind: UpstreamErrorKind): number {
  return {
    client: 400,
    context_length: 400,
    capability: 400,
    rate_limited: 429,
    auth: 401,
    overloaded: 503,
    server: 500,
    timeout: 504,
    not_found_model: 404,
  }[kind];
}
