import { type ErrorCode, errorCodes } from './codes.ts';

/** An expected failure, as a value. What the client may see and what only we may see never mix. */
export interface FluxError {
  readonly code: ErrorCode;
  /** The HTTP status; a dialect may have its own for the same code (Anthropic's overload: 529). */
  readonly status: number;
  /** The public sentence: says which field, and what to do. Content of others never gets in. */
  readonly message: string;
  /** The path of the field at fault (`messages[2].role`); null: the body as a whole. */
  readonly param?: string | null;
  /** Becomes `retry-after`. */
  readonly retryAfterSeconds?: number;
  /** Becomes `x-should-retry`; absent: the header is left out. */
  readonly shouldRetry?: boolean;
  /** What the vendor called it, where a provider's 4xx is passed on to the client who caused it. */
  readonly vendor?: { readonly type: string | null; readonly code: string | null };
  /** For `context_length_exceeded`: Claude Code matches on both numbers in the message. */
  readonly contextLength?: { readonly tokens: number; readonly maximum: number };
  /** For our eyes: never to a client, and never a prompt's or a completion's words. */
  readonly detail?: string;
}

export type FluxErrorOverrides = Partial<Omit<FluxError, 'code'>>;

/** The error of that code; what is not overridden comes from the table of codes. */
export function fluxError(code: ErrorCode, overrides?: FluxErrorOverrides): FluxError {
  const row = errorCodes[code];
  return {
    code,
    status: row.status,
    message: row.message,
    ...(row.shouldRetry === undefined ? undefined : { shouldRetry: row.shouldRetry }),
    ...(row.retryAfterSeconds === undefined
      ? undefined
      : { retryAfterSeconds: row.retryAfterSeconds }),
    ...overrides,
  };
}

/** True for what `fluxError` made: tells it from a result in a union. */
export function isFluxError(value: unknown): value is FluxError {
  if (typeof value !== 'object' || value === null) return false;
  const { code, status } = value as { code?: unknown; status?: unknown };
  return typeof code === 'string' && typeof status === 'number' && Object.hasOwn(errorCodes, code);
}
