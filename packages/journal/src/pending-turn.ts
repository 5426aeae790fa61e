import { ByteBuffer } from './byte-buffer.ts';
import { type EntryKind, writeEntry } from './entry-format.ts';
import { writeEvent } from './event-format.ts';
import type { NewEvent } from './journal.ts';
import type { Chunk } from './journal-file.ts';

const CHUNK_OVERHEAD_BYTES = 64;
const BUFFER_BYTES = 256 * 1024;

/** An event of the turn; its value is in the chunk's outbox. */
export interface PendingEvent {
  readonly sequence: number;
  readonly key: string;
  readonly type: string;
  readonly valueStart: number;
  readonly valueBytes: number;
}

/** What was called since the last commit: encoded at once, so that a commit is one row. */
export class PendingTurn {
  readonly #entries = new ByteBuffer(BUFFER_BYTES);
  readonly #outbox = new ByteBuffer(BUFFER_BYTES);
  #events: PendingEvent[] = [];
  #lastSequence: number;

  constructor(lastSequence: number) {
    this.#lastSequence = lastSequence;
  }

  get bytes(): number {
    return this.#entries.length + this.#outbox.length;
  }

  /** Of the last event that was added, committed or not. */
  get lastSequence(): number {
    return this.#lastSequence;
  }

  addEntry(kind: EntryKind, entry: number, payload?: Uint8Array): void {
    writeEntry(this.#entries, kind, entry, payload);
  }

  /** All or none: throws `RangeError` where one does not fit the format. */
  addEvents(events: readonly NewEvent[]): void {
    const { length } = this.#outbox;
    const count = this.#events.length;
    try {
      for (const event of events) {
        const { key, type, value } = event;
        const valueStart = writeEvent(this.#outbox, event);
        const sequence = this.#lastSequence + this.#events.length - count + 1;
        this.#events.push({ sequence, key, type, valueStart, valueBytes: value.length });
      }
    } catch (error) {
      this.#outbox.length = length;
      this.#events.length = count;
      throw error;
    }
    this.#lastSequence += events.length;
  }

  /** Its bytes are those of this turn's buffers: to be written before anything is added. */
  chunk(id: number, bytesBefore: number): Chunk {
    return {
      id,
      eventsEnd: this.#lastSequence,
      events: this.#events.length,
      bytesEnd: bytesBefore + this.bytes + CHUNK_OVERHEAD_BYTES,
      entries: this.#entries.written(),
      outbox: this.#outbox.written(),
    };
  }

  /** Begins a new turn; returns the events of the one that is committed now. */
  committed(): readonly PendingEvent[] {
    const events = this.#events;
    this.#events = [];
    this.#entries.reset(BUFFER_BYTES);
    this.#outbox.reset(BUFFER_BYTES);
    return events;
  }
}
