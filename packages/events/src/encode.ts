import {
  type AttemptFinished,
  type Decision,
  RequestFacts,
  type RequestFinished,
  type Usage,
} from '@fluxrouter/generated/events';
import { WireWriter } from './wire-writer.ts';

// One writer for all: encoding is synchronous and each message is copied out at its end.
const writer = new WireWriter();
const factsWriter = new WireWriter();
/** On the object itself: a WeakMap of requests costs the garbage collector more than the encoding. */
const ENCODED = Symbol('encoded');
type EncodedFacts = RequestFacts & { [ENCODED]?: Buffer };

/**
 * The facts of a request as they stand in both events and in the journal, encoded once for each
 * object: do not change it afterwards.
 */
export function requestFactsBytes(facts: EncodedFacts): Buffer {
  const known = facts[ENCODED];
  if (known !== undefined) return known;
  factsWriter.start();
  writeFacts(factsWriter, facts);
  const bytes = factsWriter.finish();
  facts[ENCODED] = bytes;
  return bytes;
}

/** The facts that stand in these bytes, which are what is encoded of them again. */
export function decodeRequestFacts(bytes: Buffer): RequestFacts {
  const facts: EncodedFacts = RequestFacts.decode(bytes);
  facts[ENCODED] = bytes;
  return facts;
}

export function encodeAttemptFinished(event: AttemptFinished): Buffer {
  const facts = event.request === undefined ? undefined : requestFactsBytes(event.request);
  writer.start();
  if (facts !== undefined) writer.bytes(1, facts);
  writer.uint(2, event.attempt);
  writer.string(3, event.provider);
  writer.string(4, event.model);
  writer.string(5, event.upstreamModel);
  writer.double(6, event.startedAtMs);
  writer.optional(7, event.firstByteMs);
  writer.uint(8, event.durationMs);
  writer.uint(9, event.status);
  writer.string(10, event.outcome);
  writer.string(11, event.errorCode);
  if (event.usage !== undefined) writeUsage(writer, 12, event.usage);
  writer.bool(13, event.accepted);
  writer.money(14, event.costPicoUsd);
  writer.money(15, event.chargedPicoUsd);
  writer.money(16, event.housePicoUsd);
  writer.money(17, event.directCostPicoUsd);
  writer.money(18, event.providerCostPicoUsd);
  writer.money(19, event.holdPicoUsd);
  writer.optionalSint(20, event.savingsPermille);
  writer.string(21, event.bodyId);
  writer.string(22, event.upstreamId);
  return writer.finish();
}

export function encodeRequestFinished(event: RequestFinished): Buffer {
  const facts = event.request === undefined ? undefined : requestFactsBytes(event.request);
  writer.start();
  if (facts !== undefined) writer.bytes(1, facts);
  writer.string(2, event.outcome);
  writer.uint(3, event.status);
  writer.string(4, event.errorCode);
  writer.double(5, event.finishedAtMs);
  for (const note of event.notes) writer.element(6, note);
  writer.uint(7, event.attempts);
  writer.string(8, event.servedModel);
  writer.bool(9, event.routed);
  writer.optional(10, event.maxTokens);
  writer.string(11, event.bodyId);
  writer.string(12, event.upstreamId);
  return writer.finish();
}

function writeFacts(to: WireWriter, facts: RequestFacts): void {
  to.string(1, facts.requestId);
  to.string(2, facts.account);
  to.string(3, facts.key);
  to.string(4, facts.clientRequestId);
  to.string(5, facts.dialect);
  to.bool(6, facts.stream);
  to.string(7, facts.originalModel);
  for (const tag of facts.tags) {
    const end = to.open(8);
    to.string(1, tag.name);
    to.string(2, tag.value);
    to.close(end);
  }
  to.double(9, facts.receivedAtMs);
  if (facts.decision !== undefined) writeDecision(to, 10, facts.decision);
}

function writeDecision(to: WireWriter, field: number, decision: Decision): void {
  const end = to.open(field);
  to.string(1, decision.profile);
  to.string(2, decision.tier);
  to.string(3, decision.lane);
  to.string(4, decision.category);
  to.sint(5, decision.scoreMilli);
  to.uint(6, decision.confidencePercent);
  to.string(7, decision.method);
  to.string(8, decision.policy);
  to.string(9, decision.rateCard);
  to.string(10, decision.catalogue);
  for (const reason of decision.reasons) to.element(11, reason);
  for (const candidate of decision.chain) {
    const close = to.open(12);
    to.string(1, candidate.model);
    to.string(2, candidate.provider);
    to.string(3, candidate.upstreamModel);
    to.close(close);
  }
  to.string(13, decision.routedModel);
  to.string(14, decision.historyFloor);
  for (const health of decision.health) {
    const close = to.open(15);
    to.string(1, health.model);
    to.string(2, health.state);
    to.close(close);
  }
  for (const rejection of decision.rejected) {
    const close = to.open(16);
    to.string(1, rejection.model);
    to.string(2, rejection.reason);
    to.close(close);
  }
  to.packed(17, decision.facts);
  to.close(end);
}

/** Usage as an embedded message. */
export function writeUsage(to: WireWriter, field: number, usage: Usage): void {
  const end = to.open(field);
  to.optional(1, usage.input);
  to.optional(2, usage.cacheRead);
  to.optional(3, usage.cacheWrite5m);
  to.optional(4, usage.cacheWrite1h);
  to.optional(5, usage.output);
  to.optional(6, usage.reasoning);
  to.optional(7, usage.images);
  to.string(8, usage.source);
  to.close(end);
}
