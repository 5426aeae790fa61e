import { formatUsd } from '@fluxrouter/pricing';

/** What the headers of an answer say. Every value equals the field of the same meaning in the record. */
export interface Shown {
  readonly requestId: string;
  /** The path can serve a model; else the id is all that is said. */
  readonly servesModels: boolean;
  /** Empty: it could not be read, or is no model name. */
  readonly originalModel: string;
  /** Empty: no model. */
  readonly servedModel: string;
  readonly routed: boolean;
  /** Absent on streams. */
  readonly costPicoUsd?: bigint;
  readonly maxTokens?: number | undefined;
  /** X-Routor-*: name and value in turn. */
  readonly routor?: readonly string[];
}

/** Name and value in turn, as `writeHead` takes them (cheaper than `setHeader` for each). */
export function answerHead(shown: Shown): string[] {
  const id = shown.requestId;
  const head = ['X-Flux-Request-Id', id, 'x-request-id', id, 'request-id', id];
  if (!shown.servesModels) return head;
  if (shown.servedModel !== '') head.push('X-Flux-Model', shown.servedModel);
  if (shown.originalModel !== '') head.push('X-Flux-Original-Model', shown.originalModel);
  head.push('X-Flux-Routed', shown.routed ? 'true' : 'false');
  if (shown.costPicoUsd !== undefined) head.push('X-Flux-Cost-Usd', formatUsd(shown.costPicoUsd));
  if (shown.maxTokens !== undefined) head.push('X-Flux-Max-Tokens', String(shown.maxTokens));
  if (shown.routor !== undefined) head.push(...shown.routor);
  return head;
}
