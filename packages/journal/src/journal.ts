/** An event as it waits in the outbox. Its value stands there until the event is `shipped`. */
export interface JournalEvent {
  /** From 1, without gaps, in the order of `finish`: a consumer's proof that nothing is missing. */
  sequence: number;
  key: string;
  type: string;
  value: Uint8Array;
}

export interface NewEvent {
  /** Up to 65,535 bytes of UTF-8. */
  key: string;
  /** Up to 255 bytes of UTF-8. */
  type: string;
  /** Copied by the call. */
  value: Uint8Array;
}

/** An entry that a killed predecessor left open. */
export interface RecoveredEntry {
  entry: number;
  begun: Uint8Array;
  updated: Uint8Array | null;
}

export interface JournalState {
  openEntries: number;
  outboxEntries: number;
  /** Of what is kept, written and waiting to be written; the files take up to about twice that. */
  bytes: number;
  /** The last commit failed; what it should have written waits in memory and is tried again. */
  failing: boolean;
  full: boolean;
  /** False: answer new requests 503. Running ones may go on; they are taken in any state. */
  acceptsNew: boolean;
  /**
   * Whether there is room for the records of those who are refused: a quarter of `maxBytes` more, and
   * 8 MiB in memory while it is failing. False: count them. Clients try again for as long as it lasts.
   */
  acceptsRefusals: boolean;
}

/**
 * What a process must not forget: requests it has begun, and events that are not on the bus yet.
 *
 * All calls of one turn of the loop become one commit at its end, without fsync. A committed entry
 * survives the death of the process (kill -9, OOM). **It may not survive a power cut or a kernel
 * crash**: then the latest commits may be missing, but the file is sound.
 */
export interface Journal {
  /** Of the file: the events' sequence numbers are without gaps under it. */
  readonly id: string;
  /** An open entry; a predecessor's open entries come back from `recovered`. */
  begin(payload: Uint8Array): number;
  /** Sets the second payload of an open entry; the last call counts. Ignored for one not open. */
  update(entry: number, payload: Uint8Array): void;
  /** Closes the entry (where there is one) and puts the events into the outbox, all or nothing. */
  finish(entry: number | null, events: readonly NewEvent[]): void;
  /**
   * Called once all that was called so far is committed: at once where nothing is pending, else at
   * the end of this turn. While the journal is failing: at once with the error; what is pending
   * will still be written as soon as that is possible.
   */
  whenDurable(callback: (error: Error | null) => void): void;
  state(): JournalState;
  /** The predecessor's entries that are still open. The caller turns them into events by `finish`. */
  recovered(): readonly RecoveredEntry[];
  /** The oldest committed events that are not `shipped`, up to both limits, one at the least. */
  nextBatch(maxEvents: number, maxBytes: number): { upTo: number; events: readonly JournalEvent[] };
  /** All events up to that sequence number are on the bus and may be deleted. */
  shipped(upTo: number): void;
  /** The listener is called after each commit that added events. One listener at most. */
  onCommitted(listener: (() => void) | null): void;
  /** Commits what is pending, then releases the lock. Unshipped events stay for the next owner. */
  close(): Promise<void>;
}

/** Another process (it may be paused) or another `Journal` of this one has it. */
export class JournalLocked extends Error {
  override readonly name = 'JournalLocked';
  constructor(path: string) {
    super(`journal ${path} is locked by its owner`);
  }
}
