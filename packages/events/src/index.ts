export { type AttemptOutcome, readAttemptOutcome } from './attempt-outcome.ts';
export { type DecodedEvent, decodeEvent, EVENT_VERSION, type EventType } from './decode.ts';
export {
  decodeRequestFacts,
  encodeAttemptFinished,
  encodeRequestFinished,
  requestFactsBytes,
  writeUsage,
} from './encode.ts';
export { attemptEventId, endEventId, idTimeMs, isRequestId, newId, newRequestId } from './ids.ts';
export { OPERATIONAL_TEXT, operationalText } from './operational-text.ts';
export { encodeTopicBorn, TOPICS } from './topics.ts';
export { WireWriter } from './wire-writer.ts';
