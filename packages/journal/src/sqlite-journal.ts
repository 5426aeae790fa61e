import type { FileLock } from '@fluxrouter/event-bus/sqlite';
import { ByteBuffer } from './byte-buffer.ts';
import { readEntries, writeEntry } from './entry-format.ts';
import { writeEvent } from './event-format.ts';
import type { Journal, JournalEvent, JournalState, NewEvent, RecoveredEntry } from './journal.ts';
import type { Chunk, Deleted, JournalFile } from './journal-file.ts';
import { OpenEntries } from './open-entries.ts';
import { OutboxWindow } from './outbox-window.ts';

const CHUNK_OVERHEAD_BYTES = 64;
const BUFFER_BYTES = 256 * 1024;
/** Long-running entries are written anew when they hold up the deletion of that much. */
const CARRY_AFTER_BYTES = 8 * 1024 * 1024;
const CARRY_ENTRIES = 64;
const RETRY_MS_MAX = 2_000;
const CLOSING_ATTEMPTS = 20;

export interface SqliteJournalOptions {
  maxBytes: number;
  maxOutboxEntries?: number | undefined;
  onFailure?: ((error: Error) => void) | undefined;
}

type DurableCallback = (error: Error | null) => void;

export class SqliteJournal implements Journal {
  readonly #file: JournalFile;
  readonly #lock: FileLock;
  readonly #options: SqliteJournalOptions;
  readonly #open = new OpenEntries();
  readonly #window: OutboxWindow;
  readonly #entries = new ByteBuffer(BUFFER_BYTES);
  readonly #outbox = new ByteBuffer(BUFFER_BYTES);
  #events: JournalEvent[] = [];
  #waiting: DurableCallback[] = [];
  #deleted: Deleted;
  #shipped: number;
  #lastChunk: number;
  #bytesEnd: number;
  /** Sequence of the last event, committed or not. */
  #lastSequence: number;
  #scheduled = false;
  #trimDue = false;
  #failure: Error | null = null;
  #failures = 0;
  #retryTimer: NodeJS.Timeout | undefined;
  #listener: (() => void) | null = null;
  #closed = false;

  constructor(file: JournalFile, lock: FileLock, options: SqliteJournalOptions) {
    this.#file = file;
    this.#lock = lock;
    this.#options = options;
    this.#deleted = file.deleted();
    this.#shipped = this.#deleted.shipped;
    this.#lastSequence = this.#deleted.shipped;
    this.#lastChunk = this.#deleted.chunks;
    this.#bytesEnd = this.#deleted.bytes;
    for (const chunk of file.chunks()) {
      for (const record of readEntries(chunk.entries)) this.#open.replay(record, chunk.id);
      this.#lastChunk = chunk.id;
      this.#bytesEnd = chunk.bytesEnd;
      this.#lastSequence = Math.max(this.#lastSequence, chunk.eventsEnd);
    }
    this.#window = new OutboxWindow(file, this.#deleted.chunks, this.#shipped);
  }

  begin(payload: Uint8Array): number {
    const entry = this.#open.begin(payload);
    writeEntry(this.#entries, 'begin', entry, payload);
    this.#schedule();
    return entry;
  }

  update(entry: number, payload: Uint8Array): void {
    if (!this.#open.update(entry, payload)) return;
    writeEntry(this.#entries, 'update', entry, payload);
    this.#schedule();
  }

  finish(entry: number | null, events: readonly NewEvent[]): void {
    const outboxLength = this.#outbox.length;
    try {
      for (const event of events) writeEvent(this.#outbox, event);
    } catch (error) {
      this.#outbox.length = outboxLength;
      throw error;
    }
    for (const { key, type, value } of events) {
      this.#lastSequence += 1;
      this.#events.push({ sequence: this.#lastSequence, key, type, value });
    }
    if (entry !== null && this.#open.finish(entry)) writeEntry(this.#entries, 'finish', entry);
    this.#schedule();
  }

  whenDurable(callback: DurableCallback): void {
    if (!this.#isPending()) callback(null);
    else if (this.#failure !== null) callback(this.#failure);
    else this.#waiting.push(callback);
  }

  state(): JournalState {
    const { maxBytes, maxOutboxEntries = Number.POSITIVE_INFINITY } = this.#options;
    const outboxEntries = this.#lastSequence - this.#shipped;
    const bytes = this.#bytesEnd - this.#deleted.bytes + this.#entries.length + this.#outbox.length;
    const failing = this.#failure !== null;
    const full = bytes >= maxBytes || outboxEntries >= maxOutboxEntries;
    return {
      openEntries: this.#open.size,
      outboxEntries,
      bytes,
      failing,
      full,
      acceptsNew: !failing && !full && !this.#closed,
    };
  }

  recovered(): readonly RecoveredEntry[] {
    return this.#open.recovered();
  }

  nextBatch(maxEvents: number, maxBytes: number) {
    const events = this.#window.batch(maxEvents, maxBytes);
    return { upTo: events.at(-1)?.sequence ?? this.#shipped, events };
  }

  shipped(upTo: number): void {
    if (upTo <= this.#shipped || this.#closed) return;
    this.#shipped = upTo;
    this.#window.shipped(upTo);
    this.#trimDue = true;
    this.#schedule();
  }

  onCommitted(listener: (() => void) | null): void {
    this.#listener = listener;
  }

  /** Rejects where the last commit still fails after some attempts: then that much is lost. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#retryTimer);
    try {
      for (let attempt = 1; !this.#commit() && attempt < CLOSING_ATTEMPTS; attempt += 1) {
        await new Promise((resolve) => setTimeout(resolve, 5 * attempt));
      }
      if (this.#isPending()) throw this.#failure ?? new Error('journal: closing commit failed');
    } finally {
      this.#file.close();
      this.#lock.release();
    }
  }

  #isPending(): boolean {
    return this.#entries.length > 0 || this.#outbox.length > 0;
  }

  #schedule(): void {
    if (this.#closed) throw new Error('the journal is closed');
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#commitTurn);
  }

  readonly #commitTurn = (): void => {
    this.#scheduled = false;
    if (!this.#closed) this.#commit();
  };

  /** False where it has to be tried again (which, but for `close`, is under way then). */
  #commit(): boolean {
    let chunk: Chunk | null;
    try {
      const deleted = this.#trimDue ? this.#nextDeleted() : null;
      chunk = this.#isPending() ? this.#nextChunk() : null;
      if (chunk !== null || deleted !== null) this.#file.write(chunk, deleted);
      if (deleted !== null) this.#deleted = deleted;
    } catch (error) {
      this.#failed(error);
      return false;
    }
    this.#trimDue = false;
    this.#failures = 0;
    this.#failure = null;
    if (chunk !== null) this.#committed(chunk);
    this.#file.checkpointWhenDue();
    return true;
  }

  #nextChunk(): Chunk {
    const entries = this.#entries.written();
    const outbox = this.#outbox.written();
    return {
      id: this.#lastChunk + 1,
      eventsEnd: this.#lastSequence,
      events: this.#events.length,
      bytesEnd: this.#bytesEnd + entries.length + outbox.length + CHUNK_OVERHEAD_BYTES,
      entries,
      outbox,
    };
  }

  #committed(chunk: Chunk): void {
    this.#lastChunk = chunk.id;
    this.#bytesEnd = chunk.bytesEnd;
    this.#entries.reset(BUFFER_BYTES);
    this.#outbox.reset(BUFFER_BYTES);
    this.#open.committed(chunk.id);
    const events = this.#events;
    this.#events = [];
    this.#window.committed(chunk.id, events);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) callback(null);
    if (events.length > 0) this.#listener?.();
  }

  /** What may go: chunks whose events are shipped and whose entries are finished. */
  #nextDeleted(): Deleted {
    let chunks = this.#window.shippedChunk(this.#lastChunk);
    const oldest = this.#open.oldestChunk();
    if (oldest !== null && oldest <= chunks) {
      this.#carryOldEntries(chunks);
      chunks = oldest - 1;
    }
    if (chunks <= this.#deleted.chunks) return { ...this.#deleted, shipped: this.#shipped };
    return { chunks, bytes: this.#file.bytesEndOf(chunks), shipped: this.#shipped };
  }

  #carryOldEntries(upToChunk: number): void {
    if (this.#bytesEnd - this.#deleted.bytes < CARRY_AFTER_BYTES) return;
    for (const [entry, open] of this.#open.carry(upToChunk, CARRY_ENTRIES)) {
      writeEntry(this.#entries, 'begin', entry, open.begun);
      if (open.updated !== null) writeEntry(this.#entries, 'update', entry, open.updated);
    }
  }

  #failed(error: unknown): void {
    const failure = error instanceof Error ? error : new Error(String(error));
    const isFirst = this.#failure === null;
    this.#failure = failure;
    this.#failures += 1;
    if (!this.#closed) {
      const delayMs = Math.min(RETRY_MS_MAX, 25 * 2 ** this.#failures);
      this.#scheduled = true;
      this.#retryTimer = setTimeout(this.#commitTurn, delayMs);
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) callback(failure);
    if (isFirst) this.#options.onFailure?.(failure);
  }
}
