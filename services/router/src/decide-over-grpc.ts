import type { DecideRequest, DecideResponse } from '@fluxrouter/generated/router';
import type { RequestFacts, RoutorFields } from '@fluxrouter/routing-rules';
import { RpcError } from '@fluxrouter/service-kit/grpc';
import type { Router } from './module.ts';
import type { RouteQuestion } from './ports.ts';

/** Questions as they come from other processes: `facts_json` and empty strings for what was not sent. */
export function decideOverGrpc(router: Router): (request: DecideRequest) => DecideResponse {
  return (request) => router.decide(questionOf(request));
}

function questionOf(request: DecideRequest): RouteQuestion {
  return {
    requestedModel: request.requestedModel,
    dialect: request.dialect as RouteQuestion['dialect'],
    facts: readFacts(request.factsJson),
    routor: routorOf(request.routor),
    routeUnknownModels: request.routeUnknownModels,
    receivedAtMs: request.receivedAtMs,
  };
}

function readFacts(json: string): RequestFacts {
  try {
    return JSON.parse(json) as RequestFacts;
  } catch {
    throw new RpcError('invalid_argument', 'facts_json is not JSON');
  }
}

function routorOf(fields: DecideRequest['routor']): RoutorFields {
  if (fields === undefined) return {};
  const { profile, tier, tierFloor, tierCeiling, maxCost } = fields;
  return {
    ...(profile !== '' && { profile }),
    ...(tier !== '' && { tier }),
    ...(tierFloor !== '' && { tierFloor }),
    ...(tierCeiling !== '' && { tierCeiling }),
    ...(maxCost !== '' && { maxCost: BigInt(maxCost) }),
  } as RoutorFields;
}
