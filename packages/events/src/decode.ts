import { AttemptFinished, RequestFinished } from '@fluxrouter/generated/events';

export type EventType = 'AttemptFinished' | 'RequestFinished' | 'TopicBorn';

/** Version in the header of each record. A new meaning is a new version with an upcaster. */
export const EVENT_VERSION = '1';

export type DecodedEvent =
  | { readonly type: 'AttemptFinished'; readonly event: AttemptFinished }
  | { readonly type: 'RequestFinished'; readonly event: RequestFinished };

/** @returns null for a type that is none of usage's. @throws where the bytes are no such message. */
export function decodeEvent(type: string, value: Uint8Array): DecodedEvent | null {
  if (type === 'AttemptFinished') return { type, event: AttemptFinished.decode(value) };
  if (type === 'RequestFinished') return { type, event: RequestFinished.decode(value) };
  return null;
}
