/**
 * The closed list of what FluxRouter may answer instead of a completion: one row a code, with the
 * HTTP status and the sentence a stranger reads when the caller has nothing more exact to say.
 * Source of the rows: contract.md, "Errors". docs/errors.md is made from this table.
 */
interface CodeRow {
  readonly status: number;
  readonly message: string;
  /** What `x-should-retry` says; absent: the header is left out and the SDK decides by status. */
  readonly shouldRetry?: boolean;
  readonly retryAfterSeconds?: number;
}

const rows = {
  // The request itself
  invalid_json: { status: 400, message: 'The body is not valid JSON.' },
  invalid_utf8: { status: 400, message: 'The body is not valid UTF-8.' },
  json_too_deep: { status: 400, message: 'The body is nested too deeply.' },
  duplicate_member: {
    status: 400,
    message: 'The body has a member twice; each may be given once.',
  },
  missing_field: { status: 400, message: 'A required field is missing.' },
  invalid_field: { status: 400, message: 'A field has an invalid value.' },
  invalid_header: { status: 400, message: 'A header has an invalid value.' },
  body_too_large: { status: 413, message: 'The body is larger than this gateway accepts.' },
  unsupported_media_type: {
    status: 415,
    message: 'Send the body as application/json, without a content-encoding.',
  },
  headers_too_large: { status: 431, message: 'The headers are larger than this gateway accepts.' },
  request_timeout: { status: 408, message: 'The request did not arrive in time.' },
  method_not_allowed: { status: 405, message: 'This path does not take this method.' },
  context_length_exceeded: {
    status: 400,
    message: 'The request is too long for every model that may serve it.',
  },
  thread_unsupported_request: {
    status: 400,
    message: 'This gateway keeps no threads: send the whole conversation in `messages`.',
  },
  unpriced_feature: {
    status: 400,
    message: 'The request uses a feature that this gateway has no price for.',
  },
  capability_not_available: {
    status: 400,
    message: 'No model that may serve this request can do what it asks for.',
  },
  max_cost_exceeded: {
    status: 400,
    message: 'No model that may serve this request costs as little as `routor_max_cost` allows.',
  },
  image_not_available: {
    status: 400,
    message: 'Images are made at /v1/images/generations, not by this endpoint.',
  },

  // Who asks
  missing_api_key: {
    status: 401,
    message: 'No API key was sent. Send it as `Authorization: Bearer sk-flux-…`.',
  },
  invalid_api_key: {
    status: 401,
    message: 'The API key is wrong, revoked or expired. Make a new one in the console.',
  },
  key_in_query: {
    status: 401,
    message:
      'An API key in a query string is refused: it ends up in logs. Send it as a header, and rotate this one.',
  },
  insufficient_quota: {
    status: 402,
    message: 'The account has no funds left for this request.',
    shouldRetry: false,
  },
  permission_denied: { status: 403, message: 'This key is not allowed to do this.' },

  // What does not exist
  model_not_found: { status: 404, message: 'There is no such model here.' },
  provider_not_configured: {
    status: 404,
    message: 'The provider of this model is not configured in this deployment.',
  },
  provider_id_not_found: {
    status: 404,
    message: 'There is no such id for this account.',
  },
  not_found: { status: 404, message: 'There is nothing at this path.' },

  // Idempotency-Key
  idempotency_conflict: {
    status: 422,
    message: 'This Idempotency-Key was used with another body.',
    shouldRetry: false,
  },
  idempotency_in_progress: {
    status: 409,
    message: 'The first request with this Idempotency-Key is still running.',
    shouldRetry: true,
    retryAfterSeconds: 1,
  },
  idempotency_finished: {
    status: 409,
    message: 'The first request with this Idempotency-Key has finished.',
    shouldRetry: false,
  },

  // Limits of ours
  rate_limited: { status: 429, message: 'Too many requests: slow down and try again.' },

  // The provider
  provider_misconfigured: {
    status: 502,
    message:
      'The provider refused the credentials of this gateway. Its operators have been told; your key is fine.',
  },
  upstream_error: { status: 400, message: 'The provider refused the request.' },
  upstream_rate_limited: {
    status: 429,
    message: 'The providers of this model are at their limits: try again later.',
  },
  upstream_failed: { status: 502, message: 'No provider could answer this request.' },
  upstream_overloaded: {
    status: 503,
    message: 'The providers of this model are overloaded: try again later.',
  },
  upstream_timeout: { status: 504, message: 'The provider did not answer in time.' },
  stream_interrupted: {
    status: 502,
    message: 'The provider ended the stream before the answer was complete.',
  },

  // Us
  unavailable: {
    status: 503,
    message: 'FluxRouter cannot take this request now: try again in a moment.',
    retryAfterSeconds: 1,
  },
  internal_error: { status: 500, message: 'Something went wrong in FluxRouter.' },
} as const satisfies Record<string, CodeRow>;

/** A stable, documented error code. */
export type ErrorCode = keyof typeof rows;

export const errorCodes: Readonly<Record<ErrorCode, CodeRow>> = rows;
