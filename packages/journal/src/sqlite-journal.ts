import type { FileLock } from '@fluxrouter/event-bus/sqlite';
import { readEntries } from './entry-format.ts';
import type { Journal, JournalState, NewEvent, RecoveredEntry } from './journal.ts';
import type { Chunk, Deleted, JournalFile } from './journal-file.ts';
import { OpenEntries } from './open-entries.ts';
import { OutboxWindow } from './outbox-window.ts';
import { PendingTurn } from './pending-turn.ts';

/** Long-running entries are written anew when they hold up the deletion of that much. */
const CARRY_AFTER_BYTES = 8 * 1024 * 1024;
const CARRY_ENTRIES = 64;
const RETRY_MS_MAX = 2_000;
const CLOSING_ATTEMPTS = 20;
const REFUSALS_SHARE = 0.25;
const REFUSALS_PENDING_BYTES = 8 * 1024 * 1024;

export interface SqliteJournalOptions {
  maxBytes: number;
  maxOutboxEntries?: number | undefined;
  onFailure?: ((error: Error) => void) | undefined;
}

type DurableCallback = (error: Error | null) => void;

/**
 * Gathers what is called in one turn of the loop and writes it as one row. What is shipped and
 * finished is deleted in the same transaction, always from the oldest row on; an entry that stays
 * open for long is written anew, so that it does not hold that up.
 */
export class SqliteJournal implements Journal {
  readonly id: string;
  readonly #file: JournalFile;
  readonly #lock: FileLock;
  readonly #options: SqliteJournalOptions;
  readonly #open = new OpenEntries();
  readonly #window: OutboxWindow;
  readonly #turn: PendingTurn;
  #waiting: DurableCallback[] = [];
  #deleted: Deleted;
  #shipped: number;
  #lastChunk: number;
  #bytesEnd: number;
  #isScheduled = false;
  #isTrimDue = false;
  #failure: Error | null = null;
  #failures = 0;
  #retryTimer: NodeJS.Timeout | undefined;
  #listener: (() => void) | null = null;
  #isClosed = false;

  constructor(file: JournalFile, lock: FileLock, options: SqliteJournalOptions) {
    this.#file = file;
    this.id = file.id();
    this.#lock = lock;
    this.#options = options;
    this.#deleted = file.deleted();
    this.#shipped = this.#deleted.shipped;
    this.#lastChunk = this.#deleted.chunks;
    this.#bytesEnd = this.#deleted.bytes;
    let lastSequence = this.#shipped;
    for (const chunk of file.chunks()) {
      for (const record of readEntries(chunk.entries)) this.#open.replay(record, chunk.id);
      this.#lastChunk = chunk.id;
      this.#bytesEnd = chunk.bytesEnd;
      lastSequence = Math.max(lastSequence, chunk.eventsEnd);
    }
    this.#turn = new PendingTurn(lastSequence);
    this.#window = new OutboxWindow(file, this.#deleted.chunks, this.#shipped);
  }

  begin(payload: Uint8Array): number {
    this.#schedule();
    const entry = this.#open.begin(payload);
    this.#turn.addEntry('begin', entry, payload);
    return entry;
  }

  update(entry: number, payload: Uint8Array): void {
    if (!this.#open.update(entry, payload)) return;
    this.#schedule();
    this.#turn.addEntry('update', entry, payload);
  }

  finish(entry: number | null, events: readonly NewEvent[]): void {
    this.#schedule();
    this.#turn.addEvents(events);
    if (entry !== null && this.#open.finish(entry)) this.#turn.addEntry('finish', entry);
  }

  whenDurable(callback: DurableCallback): void {
    if (this.#turn.bytes === 0) callback(null);
    else if (this.#failure !== null) callback(this.#failure);
    else this.#waiting.push(callback);
  }

  state(): JournalState {
    const { maxBytes, maxOutboxEntries = Number.POSITIVE_INFINITY } = this.#options;
    const outboxEntries = this.#turn.lastSequence - this.#shipped;
    const bytes = this.#bytesEnd - this.#deleted.bytes + this.#turn.bytes;
    const failing = this.#failure !== null;
    const full = bytes >= maxBytes || outboxEntries >= maxOutboxEntries;
    const acceptsNew = !failing && !full && !this.#isClosed;
    const acceptsRefusals =
      !this.#isClosed &&
      bytes < maxBytes * (1 + REFUSALS_SHARE) &&
      !(failing && this.#turn.bytes >= REFUSALS_PENDING_BYTES);
    const openEntries = this.#open.size;
    return { openEntries, outboxEntries, bytes, failing, full, acceptsNew, acceptsRefusals };
  }

  recovered(): readonly RecoveredEntry[] {
    return this.#open.recovered();
  }

  nextBatch(maxEvents: number, maxBytes: number) {
    const events = this.#window.batch(maxEvents, maxBytes);
    return { upTo: events.at(-1)?.sequence ?? this.#shipped, events };
  }

  shipped(upTo: number): void {
    if (upTo <= this.#shipped || this.#isClosed) return;
    this.#shipped = upTo;
    this.#window.shipped(upTo);
    this.#isTrimDue = true;
    this.#schedule();
  }

  onCommitted(listener: (() => void) | null): void {
    this.#listener = listener;
  }

  /** Rejects where the last commit still fails after some attempts: then that much is lost. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#retryTimer);
    try {
      for (let attempt = 1; !this.#commit() && attempt < CLOSING_ATTEMPTS; attempt += 1) {
        await new Promise((resolve) => setTimeout(resolve, 5 * attempt));
      }
      if (this.#turn.bytes > 0) throw this.#failure ?? new Error('journal: last commit failed');
    } finally {
      this.#file.close();
      this.#lock.release();
    }
  }

  #schedule(): void {
    if (this.#isClosed) throw new Error('the journal is closed');
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#commitTurn);
  }

  readonly #commitTurn = (): void => {
    this.#isScheduled = false;
    if (!this.#isClosed) this.#commit();
  };

  /** False where it has to be tried again (which, but for `close`, is under way then). */
  #commit(): boolean {
    let chunk: Chunk | null;
    try {
      const deleted = this.#isTrimDue ? this.#nextDeleted() : null;
      const isPending = this.#turn.bytes > 0;
      chunk = isPending ? this.#turn.chunk(this.#lastChunk + 1, this.#bytesEnd) : null;
      if (chunk !== null || deleted !== null) this.#file.write(chunk, deleted);
      if (deleted !== null) this.#deleted = deleted;
    } catch (error) {
      this.#failed(error);
      return false;
    }
    this.#isTrimDue = false;
    this.#failures = 0;
    this.#failure = null;
    if (chunk !== null) this.#committed(chunk);
    this.#file.checkpointWhenDue();
    return true;
  }

  #committed(chunk: Chunk): void {
    this.#lastChunk = chunk.id;
    this.#bytesEnd = chunk.bytesEnd;
    this.#open.committed(chunk.id);
    const events = this.#turn.committed();
    this.#window.committed(chunk, events);
    this.#tellWaiting(null);
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
    for (const { entry, begun, updated } of this.#open.carry(upToChunk, CARRY_ENTRIES)) {
      this.#turn.addEntry('begin', entry, begun);
      if (updated !== null) this.#turn.addEntry('update', entry, updated);
    }
  }

  #failed(error: unknown): void {
    const failure = error instanceof Error ? error : new Error(String(error));
    const isFirst = this.#failure === null;
    this.#failure = failure;
    this.#failures += 1;
    if (!this.#isClosed) {
      this.#isScheduled = true;
      const delayMs = Math.min(RETRY_MS_MAX, 25 * 2 ** this.#failures);
      this.#retryTimer = setTimeout(this.#commitTurn, delayMs);
    }
    this.#tellWaiting(failure);
    if (isFirst) this.#options.onFailure?.(failure);
  }

  #tellWaiting(error: Error | null): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) callback(error);
  }
}
