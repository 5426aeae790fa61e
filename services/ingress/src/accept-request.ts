import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dialect, RequestReading } from '@fluxrouter/dialects';
import { type FluxError, fluxError, isFluxError } from '@fluxrouter/errors';
import type { Decision } from '@fluxrouter/generated/events';
import type { DecideResponse } from '@fluxrouter/generated/router';
import type { RoutorFields, SealedOrigin } from '@fluxrouter/routing-rules';
import { AnswerWriter } from './answer-writer.ts';
import {
  clientRequestIdOf,
  headersForUpstream,
  tagsOf,
  takesTrailers,
  wantsStreamCost,
} from './http/client-headers.ts';
import { readBody } from './http/read-body.ts';
import { writeError } from './http/write-error.ts';
import { imageFormOf } from './image-form.ts';
import { authenticate } from './keys/authenticate.ts';
import type { Caller, KeyView } from './keys/key-view.ts';
import type { ModelListing, RouterPort } from './ports.ts';
import type { RefusalQuota } from './refusal-quota.ts';
import { bodyError, invalidTags, refusalError, unpricedError } from './refusals.ts';
import type { IdempotencyKeys } from './remembered/idempotency.ts';
import { decisionAt, type KeptIds } from './remembered/kept-ids.ts';
import { bodyFor, routorFields } from './request-body.ts';
import { endRequest, outcomeOfStatus } from './request-end.ts';
import { RequestInHand } from './request-in-hand.ts';
import { routeQuestion } from './route-question.ts';
import { RequestRun, type RunPorts } from './run-request.ts';

/** What accepting needs from outside. */
export interface AcceptPorts {
  readonly keys: KeyView;
  readonly router: RouterPort;
  readonly models: Pick<ModelListing, 'unknown'>;
  readonly run: RunPorts;
  readonly idempotency: IdempotencyKeys;
  readonly keptIds: KeptIds;
  /** Who sealed the reasoning that the request carries. */
  sealedOrigin(dialect: Dialect, reading: RequestReading, account: string): SealedOrigin | null;
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
  const acceptance = new Acceptance(ports, dialect, request, response);
  acceptance.guard(() => acceptance.start());
}

/** The steps in the order in which they are taken; each goes on to the next or refuses. */
class Acceptance {
  readonly #ports: AcceptPorts;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #dialect: Dialect;
  readonly #hand: RequestInHand;

  constructor(
    ports: AcceptPorts,
    dialect: Dialect,
    request: IncomingMessage,
    response: ServerResponse,
  ) {
    this.#ports = ports;
    this.#request = request;
    this.#response = response;
    this.#dialect = dialect;
    this.#hand = new RequestInHand(dialect, Date.now());
  }

  start(): void {
    const { keys, limits } = this.#ports;
    const { headers } = this.#request;
    const caller = authenticate(this.#request, keys, this.#dialect.name === 'anthropic-messages');
    if (isFluxError(caller)) return this.#refuse(caller);
    this.#hand.caller = caller;
    this.#hand.clientRequestId = clientRequestIdOf(headers);
    const unavailable = this.#ports.unavailable();
    if (unavailable !== null) return this.#refuse(unavailable);
    const tags = tagsOf(headers);
    if (tags === null) return this.#refuse(invalidTags);
    this.#hand.tags = tags;
    readBody(this.#request, limits.bodyBytesMax, (problem, body) =>
      this.guard(() => {
        if (problem === 'aborted') this.#recordGone();
        else if (problem !== null) this.#refuse(bodyError(problem, limits.bodyBytesMax));
        else this.#read(body, caller);
      }),
    );
  }

  /** A bug of ours ends this request and no other. */
  guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#ports.run.fault(error);
      this.#refuse(fluxError('internal_error'));
    }
  }

  #read(body: Buffer, caller: Caller): void {
    const reading = this.#dialect.readRequest(body, { maxDepth: this.#ports.limits.depthMax });
    this.#hand.originalModel = reading.model ?? '';
    this.#hand.stream = reading.stream;
    if (isFluxError(reading)) return this.#refuse(reading);
    if (reading.model === null) {
      return this.#refuse(this.#ports.models.unknown(String(reading.parsed['model'])));
    }
    const routor = routorFields(this.#dialect, reading);
    if (isFluxError(routor)) return this.#refuse(routor);
    const [unpriced] = this.#dialect.unpricedFeatures(reading.parsed);
    if (unpriced !== undefined) return this.#refuse(unpricedError(unpriced));
    const kept = this.#dialect.providerIds(reading.parsed);
    if (kept.length === 0) return this.#decide(reading, caller, routor, null);
    this.#ports.keptIds.issuer(caller.account, kept).then(
      (issuer) =>
        this.guard(() => {
          if (isFluxError(issuer)) this.#refuse(issuer);
          else this.#decide(reading, caller, routor, issuer);
        }),
      () => this.#refuse(fluxError('unavailable')),
    );
  }

  /** `issuer`: the one provider that may be asked, because it keeps what the request names. */
  #decide(
    reading: RequestReading,
    caller: Caller,
    routor: RoutorFields,
    issuer: string | null,
  ): void {
    const answer = this.#ports.router.decide(
      routeQuestion({
        dialect: this.#dialect,
        reading,
        routor,
        routeUnknownModels: caller.routeUnknownModels,
        sealedOrigin: this.#ports.sealedOrigin(this.#dialect, reading, caller.account),
        receivedAtMs: this.#hand.receivedAtMs,
      }),
    );
    const decided = ({ outcome }: DecideResponse): void => {
      if (outcome === undefined) this.#refuse(fluxError('internal_error'));
      else if (outcome.$case === 'refusal') this.#refuse(refusalError(outcome.value));
      else {
        const decision = issuer === null ? outcome.value : decisionAt(outcome.value, issuer);
        if (isFluxError(decision)) this.#refuse(decision);
        else this.#run(reading, decision, caller);
      }
    };
    if (!(answer instanceof Promise)) return decided(answer);
    answer.then(
      (decision) => this.guard(() => decided(decision)),
      () => this.#refuse(fluxError('unavailable')),
    );
  }

  #run(reading: RequestReading, decision: Decision, caller: Caller): void {
    const hand = this.#hand;
    const { headers } = this.#request;
    hand.decision = decision;
    const costInUsage = hand.stream && wantsStreamCost(headers);
    const image =
      decision.lane === 'image' ? imageFormOf(hand.id, this.#dialect, reading, costInUsage) : null;
    if (isFluxError(image)) return this.#refuse(image);
    const idempotencyKey = headers['idempotency-key'];
    let ports = this.#ports.run;
    if (typeof idempotencyKey === 'string') {
      const begun = this.#ports.idempotency.begin(
        { account: caller.account, key: idempotencyKey, body: reading.body },
        hand.id,
        hand.receivedAtMs,
      );
      if (isFluxError(begun)) return this.#refuse(begun);
      ports = withEnd(ports, begun);
    }
    const writer = new AnswerWriter(this.#request, this.#response, {
      requestId: hand.id,
      originalModel: hand.originalModel,
      dialect: this.#dialect,
      decision,
      debugRouting: this.#ports.debugRouting,
      trailers: hand.stream && takesTrailers(this.#request),
    });
    const plan = {
      facts: hand.facts(),
      decision,
      bodyFor: (askUsage: boolean) => bodyFor(this.#dialect, reading, askUsage),
      headers: headersForUpstream(headers),
      clientWantsUsage: reading.includeUsage || costInUsage,
      costInUsage,
      image: image ?? undefined,
    };
    new RequestRun(ports, plan, writer, this.#response).start();
  }

  /** Answers with an error once what we know of the request is in the journal. */
  #refuse(error: FluxError): void {
    const { journal, ended } = this.#ports.run;
    const hand = this.#hand;
    const status = this.#dialect.errorStatus(error);
    const outcome = outcomeOfStatus(status);
    const write = (): void => {
      writeError(this.#request, this.#response, this.#dialect, error, {
        requestId: hand.id,
        servesModels: true,
        originalModel: hand.originalModel,
        servedModel: '',
        routed: false,
        costPicoUsd: 0n,
      });
      ended(outcome, status);
    };
    if (hand.caller === null && !this.#ports.refusalQuota.take(hand.receivedAtMs)) return write();
    // Full or failing for long: the records of those who try again would fill disk or memory.
    if (!journal.state().acceptsRefusals) return write();
    const end = { outcome, status, errorCode: error.code, finishedAtMs: Date.now() };
    endRequest(journal, null, hand.facts(), end);
    journal.whenDurable(write);
  }

  /** The client left before its request was whole. */
  #recordGone(): void {
    const { journal, ended } = this.#ports.run;
    const end = { outcome: 'client_gone', status: 0, finishedAtMs: Date.now() };
    if (journal.state().acceptsRefusals) endRequest(journal, null, this.#hand.facts(), end);
    ended(end.outcome, end.status);
  }
}

function withEnd(ports: RunPorts, ended: (served: boolean) => void): RunPorts {
  return {
    ...ports,
    ended(outcome, status) {
      ended(status === 200);
      ports.ended(outcome, status);
    },
  };
}
