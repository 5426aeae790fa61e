import { type Arena, EventArenas } from './event-arenas.ts';
import { readEvents } from './event-format.ts';
import type { JournalEvent } from './journal.ts';
import type { Chunk, JournalFile } from './journal-file.ts';
import type { PendingEvent } from './pending-turn.ts';

const MAX_BYTES = 8 * 1024 * 1024;
const EVENT_OVERHEAD_BYTES = 100;

interface Waiting {
  readonly event: JournalEvent;
  readonly chunk: number;
  /** Where its value is; null: in a row that was read. */
  readonly arena: Arena | null;
}

/**
 * The oldest unshipped events, in memory. While shipping keeps up these are all there are and no row
 * is ever read; else the window stops growing, and when it is used up the next ones are read.
 */
export class OutboxWindow {
  readonly #file: JournalFile;
  readonly #arenas = new EventArenas(MAX_BYTES);
  #events: Waiting[] = [];
  #head = 0;
  /** The last chunk whose events are, or were, in the window. */
  #lastChunk: number;
  #complete = false;
  #shipped: number;

  /** Begins behind: with what the table has after chunk `afterChunk` and sequence `shipped`. */
  constructor(file: JournalFile, afterChunk: number, shipped: number) {
    this.#file = file;
    this.#lastChunk = afterChunk;
    this.#shipped = shipped;
  }

  /** The events of a chunk that has just been committed: their values are copied out of it. */
  committed({ id, outbox }: Chunk, events: readonly PendingEvent[]): void {
    if (events.length === 0 || !this.#complete) return;
    const arena = this.#arenas.withRoom(outbox.length);
    if (arena === null) {
      this.#complete = false;
      return;
    }
    const { bytes, used } = arena;
    bytes.set(outbox, used);
    arena.used += outbox.length;
    arena.live += events.length;
    for (const { sequence, key, type, valueStart, valueBytes } of events) {
      const start = used + valueStart;
      const value = bytes.subarray(start, start + valueBytes);
      this.#events.push({ event: { sequence, key, type, value }, chunk: id, arena });
    }
    this.#lastChunk = id;
  }

  batch(maxEvents: number, maxBytes: number): readonly JournalEvent[] {
    const batch: JournalEvent[] = [];
    let bytes = 0;
    for (let at = this.#head; batch.length < maxEvents; at += 1) {
      while (at >= this.#events.length && this.#load());
      const event = this.#events[at]?.event;
      if (event === undefined) break;
      bytes += event.value.length + EVENT_OVERHEAD_BYTES;
      if (batch.length > 0 && bytes > maxBytes) break;
      batch.push(event);
    }
    return batch;
  }

  /** Forgets events up to `sequence`. */
  shipped(sequence: number): void {
    this.#shipped = sequence;
    for (;;) {
      const first = this.#events[this.#head];
      if (first === undefined || first.event.sequence > sequence) break;
      if (first.arena !== null) first.arena.live -= 1;
      this.#head += 1;
    }
    if (this.#head < 1_024 && this.#head < this.#events.length) return;
    this.#events = this.#events.slice(this.#head);
    this.#head = 0;
  }

  /** The last chunk of which no event is left unshipped, given the last one that is committed. */
  shippedChunk(lastCommitted: number): number {
    const first = this.#events[this.#head];
    if (first !== undefined) return first.chunk - 1;
    return this.#complete ? lastCommitted : this.#lastChunk;
  }

  /** Reads one chunk more; false where there is none. */
  #load(): boolean {
    if (this.#complete) return false;
    const next = this.#file.outboxAfter(this.#lastChunk);
    if (next === null) {
      this.#complete = true;
      return false;
    }
    this.#lastChunk = next.id;
    for (const event of readEvents(next.outbox, next.firstSequence)) {
      if (event.sequence > this.#shipped) {
        this.#events.push({ event, chunk: next.id, arena: null });
      }
    }
    return true;
  }
}
