import type { Decisions } from '@fluxrouter/service-kit/grpc';
import type { RouterPort } from './ports.ts';

/** The router of another process. `facts_json` are the facts as they are; not sent is empty. */
export function routerOverGrpc(decisions: Decisions): RouterPort {
  return {
    decide: ({ facts, routor, ...question }) =>
      decisions.decide({
        ...question,
        factsJson: JSON.stringify(facts),
        routor: {
          profile: routor.profile ?? '',
          tier: routor.tier ?? '',
          tierFloor: routor.tierFloor ?? '',
          tierCeiling: routor.tierCeiling ?? '',
          maxCost: routor.maxCost === undefined ? '' : String(routor.maxCost),
        },
      }),
  };
}
