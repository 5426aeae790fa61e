import type { Finish, StreamSnapshot, UpstreamError } from './dialect.ts';
import type { Usage } from './usage.ts';

/** What an observer knows so far; the observer alone writes to it. */
export type StreamState = { -readonly [Name in keyof StreamSnapshot]: StreamSnapshot[Name] };

export function newStreamState(): StreamState {
  return {
    bodyId: null as string | null,
    upstreamModel: null as string | null,
    createdAt: null as number | null,
    usage: null as Usage | null,
    usageIsFinal: false,
    finish: null as Finish | null,
    sawOutput: false,
    sawTerminal: false,
    error: null as UpstreamError | null,
    contentBytes: 0,
    sequenceNumber: -1,
    frames: 0,
    storedIds: [],
  };
}
