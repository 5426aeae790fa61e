import type { Dialect, RequestReading } from '@fluxrouter/dialects';
import { extractFacts, type RoutorFields, type SealedOrigin } from '@fluxrouter/routing-rules';
import type { RouteQuestion } from './ports.ts';

interface Asked {
  readonly dialect: Dialect;
  readonly reading: RequestReading;
  readonly routor: RoutorFields;
  readonly routeUnknownModels: boolean;
  readonly sealedOrigin: SealedOrigin | null;
  readonly receivedAtMs: number;
}

/** What the router is asked about a request that has been read: the same to serve it and to explain it. */
export function routeQuestion({ dialect, reading, sealedOrigin, ...asked }: Asked): RouteQuestion {
  return {
    requestedModel: reading.model ?? '',
    dialect: dialect.name,
    facts: extractFacts(reading.parsed, dialect.name, sealedOrigin),
    routor: asked.routor,
    routeUnknownModels: asked.routeUnknownModels,
    receivedAtMs: asked.receivedAtMs,
  };
}
