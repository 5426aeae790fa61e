import type { BusRecord } from '@fluxrouter/event-bus';
import { type DecodedEvent, decodeEvent as decode } from '@fluxrouter/events';
import { deadLetter, drop, type Outcome, ok } from '../pipeline.ts';

/** A record as it was read, and the life of the topic that its offset belongs to. */
export interface LogRecord {
  readonly record: BusRecord;
  readonly epoch: string;
}

/** An event and where it was in the log. */
export interface LoggedEvent {
  readonly decoded: DecodedEvent;
  /** The event as it is stored. */
  readonly bytes: Uint8Array;
  readonly version: string;
  readonly epoch: string;
  readonly partition: number;
  readonly offset: bigint;
}

/** Protobuf bytes → event, by the record's headers. */
export function decodeEvent() {
  return function decodeEvent({ record, epoch }: LogRecord): Outcome<LoggedEvent> {
    const { type, version = '' } = record.headers;
    if (type === 'TopicBorn') return drop('topic_born');
    if (type === undefined) return deadLetter('type_missing');
    const decoded = decodeOrNull(type, record.value);
    if (decoded === 'unreadable') return deadLetter('unreadable');
    if (decoded === null) return deadLetter('type_unknown');
    const { value: bytes, partition, offset } = record;
    return ok({ decoded, bytes, version, epoch, partition, offset });
  };
}

function decodeOrNull(type: string, value: Uint8Array): DecodedEvent | null | 'unreadable' {
  try {
    return decode(type, value);
  } catch {
    return 'unreadable';
  }
}
