import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dialect, RequestReading } from '@fluxrouter/dialects';
import { type ErrorCode, type FluxError, fluxError, isFluxError } from '@fluxrouter/errors';
import type { DecideResponse, Refusal } from '@fluxrouter/generated/router';
import { splice } from '@fluxrouter/json-splice';
import { parseUsd } from '@fluxrouter/pricing';
import { extractFacts, type RoutorFields } from '@fluxrouter/routing-rules';
import { AnswerWriter } from './answer-writer.ts';
import {
  clientRequestIdOf,
  headersForUpstream,
  tagsOf,
  takesTrailers,
  wantsStreamCost,
} from './http/client-headers.ts';
import { type BodyProblem, readBody } from './http/read-body.ts';
import { writeError } from './http/write-error.ts';
import type { IdempotencyKeys } from './idempotency.ts';
import { authenticate } from './keys/authenticate.ts';
import type { KeyView } from './keys/key-view.ts';
import type { RouterPort } from './ports.ts';
import type { RefusalQuota } from './refusal-quota.ts';
import { endRequest, outcomeOfStatus } from './request-end.ts';
import { RequestInHand } from './request-in-hand.ts';
import { type RequestBody, RequestRun, type RunPorts } from './run-request.ts';
import { withMovedSpan } from './with-moved-span.ts';

/** What accepting needs from outside. */
export interface AcceptPorts {
  readonly keys: KeyView;
  readonly router: RouterPort;
  readonly run: RunPorts;
  readonly idempotency: IdempotencyKeys;
  readonly refusalQuota: RefusalQuota;
  readonly limits: { readonly bodyBytesMax: number; readonly depthMax: number };
  readonly debugRouting: boolean;
  /** Why nothing new can be taken at the moment; null: it can. */
  unavailable(): FluxError | null;
}

/**
 * One request to a path that serves models, from its headers to its run. Whatever happens to it, it
 * gets an answer in its dialect and exactly one record.
 */
export function acceptRequest(
  ports: AcceptPorts,
  dialect: Dialect,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const hand = new RequestInHand(dialect, Date.now());
  const refuse = (error: FluxError): void => refuseRequest(ports, hand, request, response, error);

  const caller = authenticate(request, ports.keys, dialect.name === 'anthropic-messages');
  if (isFluxError(caller)) return refuse(caller);
  hand.caller = caller;
  hand.clientRequestId = clientRequestIdOf(request.headers);
  const unavailable = ports.unavailable();
  if (unavailable !== null) return refuse(unavailable);
  const tags = tagsOf(request.headers);
  if (tags === null) return refuse(INVALID_TAGS);
  hand.tags = tags;

  readBody(request, ports.limits.bodyBytesMax, (problem, body) => {
    if (problem === 'aborted') return recordGone(ports, hand);
    if (problem !== null) return refuse(bodyError(problem, ports.limits.bodyBytesMax));
    const reading = dialect.readRequest(body, { maxDepth: ports.limits.depthMax });
    hand.originalModel = reading.model ?? '';
    hand.stream = reading.stream;
    if (isFluxError(reading)) return refuse(reading);
    decide(ports, hand, reading, request, response, refuse);
  });
}

type Refuse = (error: FluxError) => void;

function decide(
  ports: AcceptPorts,
  hand: RequestInHand,
  reading: RequestReading,
  request: IncomingMessage,
  response: ServerResponse,
  refuse: Refuse,
): void {
  const { dialect, caller } = hand;
  if (reading.model === null || caller === null) {
    return refuse(fluxError('model_not_found', { param: 'model' }));
  }
  const routor = routorFields(dialect, reading);
  if (isFluxError(routor)) return refuse(routor);
  const [unpriced] = dialect.unpricedFeatures(reading.parsed);
  if (unpriced !== undefined) {
    return refuse(
      fluxError('unpriced_feature', {
        message: `'${unpriced.param}' asks for ${unpriced.name}, which this gateway has no price for.`,
        param: unpriced.param,
      }),
    );
  }
  const [kept] = dialect.providerIds(reading.parsed);
  if (kept !== undefined) {
    return refuse(fluxError('provider_id_not_found', { param: kept.param }));
  }
  const answer = ports.router.decide({
    requestedModel: reading.model,
    dialect: dialect.name,
    facts: extractFacts(reading.parsed, dialect.name),
    routor,
    routeUnknownModels: caller.routeUnknownModels,
    receivedAtMs: hand.receivedAtMs,
  });
  const decided = (decision: DecideResponse): void =>
    runDecision(ports, hand, reading, decision, request, response, refuse);
  if (answer instanceof Promise) {
    answer.then(decided, () => refuse(fluxError('unavailable')));
  } else decided(answer);
}

function runDecision(
  ports: AcceptPorts,
  hand: RequestInHand,
  reading: RequestReading,
  { outcome }: DecideResponse,
  request: IncomingMessage,
  response: ServerResponse,
  refuse: Refuse,
): void {
  if (outcome === undefined) return refuse(fluxError('internal_error'));
  if (outcome.$case === 'refusal') return refuse(refusalError(outcome.value));
  const decision = outcome.value;
  hand.decision = decision;
  const { headers } = request;
  const key = headers['idempotency-key'];
  let run = ports.run;
  if (typeof key === 'string') {
    const { account } = hand.facts();
    const begun = ports.idempotency.begin(account, key, reading.body, hand.id, hand.receivedAtMs);
    if (isFluxError(begun)) return refuse(begun);
    run = withEnd(run, (status) => begun(status === 200));
  }
  const costInUsage = hand.stream && wantsStreamCost(headers);
  const writer = new AnswerWriter(request, response, {
    requestId: hand.id,
    originalModel: hand.originalModel,
    dialect: hand.dialect,
    decision,
    debugRouting: ports.debugRouting,
    trailers: hand.stream && takesTrailers(headers),
  });
  new RequestRun(
    run,
    {
      facts: hand.facts(),
      decision,
      bodyFor: (askUsage) => splicedBody(hand.dialect, reading, askUsage),
      headers: headersForUpstream(headers),
      clientWantsUsage: reading.includeUsage || costInUsage,
      costInUsage,
    },
    writer,
    response,
  ).start();
}

function splicedBody(dialect: Dialect, reading: RequestReading, askUsage: boolean): RequestBody {
  const edits = dialect.requestEdits(reading, { askUsage });
  const { valueStart, valueEnd } = reading.modelSpan;
  if (edits.length === 0) {
    return { bytes: reading.body, modelStart: valueStart, modelEnd: valueEnd };
  }
  const { start, end } = withMovedSpan(valueStart, valueEnd, edits);
  return { bytes: splice(reading.body, edits), modelStart: start, modelEnd: end };
}

function withEnd(ports: RunPorts, ended: (status: number) => void): RunPorts {
  return {
    ...ports,
    ended(outcome, status) {
      ended(status);
      ports.ended(outcome, status);
    },
  };
}

function routorFields(dialect: Dialect, reading: RequestReading): RoutorFields | FluxError {
  const fields = dialect.routorFields(reading);
  if (isFluxError(fields)) return fields;
  const { maxCost, ...rest } = fields;
  return maxCost === undefined ? rest : { ...rest, maxCost: parseUsd(maxCost) };
}

function refusalError({ code, message, param, tokens, tokensMax }: Refusal): FluxError {
  return fluxError(code as ErrorCode, {
    // Claude Code and Codex look for these words.
    message:
      code === 'context_length_exceeded'
        ? `prompt is too long: ${tokens} tokens > ${tokensMax} maximum`
        : message,
    ...(param === '' ? {} : { param }),
  });
}

function bodyError(problem: Exclude<BodyProblem, 'aborted'>, bodyBytesMax: number): FluxError {
  return problem === 'too_large'
    ? fluxError('body_too_large', {
        message: `The body is larger than the ${bodyBytesMax} bytes that this gateway accepts.`,
      })
    : fluxError('unsupported_media_type');
}

const INVALID_TAGS = fluxError('invalid_header', {
  message: 'X-Flux-Tags takes up to 8 pairs name=value, separated by commas, of [a-z0-9_.-]{1,64}.',
  param: 'X-Flux-Tags',
});

/** Answers with an error when what we know of the request is in the journal. */
function refuseRequest(
  ports: AcceptPorts,
  hand: RequestInHand,
  request: IncomingMessage,
  response: ServerResponse,
  error: FluxError,
): void {
  const status = hand.dialect.errorStatus(error);
  const { journal } = ports.run;
  const outcome = outcomeOfStatus(status);
  const write = (): void => {
    writeError(request, response, hand.dialect, error, {
      requestId: hand.id,
      servesModels: true,
      originalModel: hand.originalModel,
      servedModel: '',
      routed: false,
      costPicoUsd: 0n,
    });
    ports.run.ended(outcome, status);
  };
  if (hand.caller === null && !ports.refusalQuota.take(hand.receivedAtMs)) return write();
  endRequest(journal, null, hand.facts(), {
    outcome,
    status,
    errorCode: error.code,
    finishedAtMs: Date.now(),
  });
  journal.whenDurable(write);
}

/** The client left before its request was whole. */
function recordGone(ports: AcceptPorts, hand: RequestInHand): void {
  endRequest(ports.run.journal, null, hand.facts(), {
    outcome: 'client_gone',
    status: 0,
    finishedAtMs: Date.now(),
  });
  ports.run.ended('client_gone', 0);
}
