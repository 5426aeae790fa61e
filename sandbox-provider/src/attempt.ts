import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Book, Outcome } from './book.ts';
import type { FaultGate } from './faults.ts';
import type { TokenSource } from './ids.ts';
import type { Route } from './providers.ts';
import type { Transmission } from './transmission.ts';
import { type HeaderList, vendorHeaders } from './vendor-headers.ts';

/** What lives as long as the server. */
export interface Sandbox {
  readonly book: Book;
  readonly nextToken: TokenSource;
  readonly gate: FaultGate;
  readonly hashBodies: boolean;
}

/** One request to a path that serves a model, and what the book will say of it. */
export interface Attempt {
  readonly sandbox: Sandbox;
  readonly route: Route;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly token: string;
  readonly requestId: string;
  readonly startedAt: number;
  model: string | null;
  stream: boolean;
  bodyId: string | null;
  /** The book wants the SHA-256 of the answer's body. */
  hash: boolean;
  /** The request's own name for itself, for the book. */
  mark: string | undefined;
  /** The latest usage that the client was told. */
  usage: unknown;
  isBooked: boolean;
}

export function beginAttempt(
  sandbox: Sandbox,
  route: Route,
  request: IncomingMessage,
  response: ServerResponse,
): Attempt {
  const token = sandbox.nextToken();
  return {
    sandbox,
    route,
    request,
    response,
    token,
    requestId: `req_${token}`,
    startedAt: performance.now(),
    model: null,
    stream: false,
    bodyId: null,
    hash: sandbox.hashBodies,
    mark: undefined,
    usage: null,
    isBooked: false,
  };
}

/** The headers of an answer of this attempt, `own` ones first. */
export function attemptHeaders(attempt: Attempt, own: HeaderList): HeaderList {
  const elapsed = performance.now() - attempt.startedAt;
  return own.concat(vendorHeaders(attempt.route.provider, attempt.requestId, elapsed));
}

/** Books the attempt, once; `then` runs when a kill -9 could no longer undo that. */
export function bookAttempt(
  attempt: Attempt,
  outcome: Outcome,
  sent: {
    readonly status: number;
    readonly bytesSent: number;
    readonly sha256?: string | undefined;
  },
  then: () => void,
): void {
  if (attempt.isBooked) return;
  attempt.isBooked = true;
  const { route, sandbox } = attempt;
  const entry = {
    time: new Date().toISOString(),
    provider: route.provider.name,
    dialect: route.operation,
    requestedModel: attempt.model,
    bodyId: attempt.bodyId,
    upstreamRequestId: attempt.requestId,
    stream: attempt.stream,
    status: sent.status,
    outcome,
    usage: attempt.usage,
    bytesSent: sent.bytesSent,
    ...(sent.sha256 === undefined ? {} : { sha256: sent.sha256 }),
    ...(attempt.mark === undefined ? {} : { mark: attempt.mark }),
  };
  sandbox.book.append(entry, (error) => {
    // An answer that cannot be booked must not be seen to end.
    if (error === undefined) then();
    else attempt.response.destroy();
  });
}

/** Books what has been transmitted so far, and resolves when that is durable. */
export function bookTransmission(
  attempt: Attempt,
  outcome: Outcome,
  transmission: Transmission,
): Promise<void> {
  const { response } = attempt;
  const status = response.headersSent ? response.statusCode : 0;
  const sent = { status, bytesSent: transmission.bytesSent, sha256: transmission.digest() };
  return new Promise((resolve) => bookAttempt(attempt, outcome, sent, resolve));
}
