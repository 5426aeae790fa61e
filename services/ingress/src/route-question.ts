import type { Dialect, RequestReading } from '@fluxrouter/dialects';
import { extractFacts, type RoutorFields } from '@fluxrouter/routing-rules';
import type { RouteQuestion } from './ports.ts';

/** What the router is asked about a request that has been read: the same to serve it and to explain it. */
export function routeQuestion(
  dialect: Dialect,
  reading: RequestReading,
  routor: RoutorFields,
  caller: { readonly routeUnknownModels: boolean },
  receivedAtMs: number,
): RouteQuestion {
  return {
    requestedModel: reading.model ?? '',
    dialect: dialect.name,
    facts: extractFacts(reading.parsed, dialect.name),
    routor,
    routeUnknownModels: caller.routeUnknownModels,
    receivedAtMs,
  };
}
