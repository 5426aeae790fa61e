import type { DecideRequest, DecideResponse } from '@fluxrouter/generated/router';
import type { RequestFacts, RoutorFields } from '@fluxrouter/routing-rules';
import { type DecisionTools, RpcError } from '@fluxrouter/service-kit/grpc';
import { refusalMessage } from './decide-route.ts';
import type { Router } from './module.ts';
import type { RouteQuestion } from './ports.ts';

/** Questions as they come from other processes: `facts_json` and empty strings for what was not sent. */
export function decideOverGrpc(router: Router): (request: DecideRequest) => DecideResponse {
  return (request) => router.decide(questionOf(request));
}

/** What people ask of a router in another process: documents as JSON. */
export function toolsOverGrpc(router: Router): DecisionTools {
  return {
    async explain(request) {
      const told = router.explain(questionOf(request));
      return 'refusal' in told
        ? { outcome: { $case: 'refusal', value: refusalMessage(told.refusal) } }
        : { outcome: { $case: 'json', value: JSON.stringify(told) } };
    },
    reportHealth: async () => ({ json: JSON.stringify(router.healthReport()) }),
  };
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
