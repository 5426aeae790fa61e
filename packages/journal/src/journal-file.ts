import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { JournalDamaged } from './damaged-journal.ts';

/**
 * A chunk is what one turn of the loop wrote: one row, whatever was in it. `events_end` and
 * `bytes_end` count all events and bytes ever written up to its end, so that a range that is deleted
 * can be accounted for by one look at its last row.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS chunk (
    id INTEGER PRIMARY KEY, events_end INTEGER NOT NULL, events INTEGER NOT NULL,
    bytes_end INTEGER NOT NULL, entries BLOB NOT NULL, outbox BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS deleted (
    chunks INTEGER NOT NULL, bytes INTEGER NOT NULL, shipped INTEGER NOT NULL) STRICT;
  INSERT INTO deleted SELECT 0, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM deleted);
  CREATE TABLE IF NOT EXISTS identity (id TEXT NOT NULL) STRICT;
  INSERT INTO identity SELECT lower(hex(randomblob(16))) WHERE NOT EXISTS (SELECT 1 FROM identity);
`;
/**
 * - `EXCLUSIVE`: one process owns the file, so no commit pays for locks (12 µs a request).
 * - `OFF`: nothing is ever fsynced, so neither a commit nor a checkpoint can stall the loop for the
 *   disk's sake. What is written is in the kernel's hands and survives the death of the process.
 */
const SETTINGS = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = OFF;
  PRAGMA wal_autocheckpoint = 0;
  PRAGMA journal_size_limit = 4194304;
`;
const OPENING_TIMEOUT_MS = 5_000;
/** 250 pages: copied within the page cache in half a millisecond. */
const CHECKPOINT_AFTER_BYTES = 1024 * 1024;
const WAL_BYTES_A_COMMIT = 7_000;

export interface Chunk {
  id: number;
  eventsEnd: number;
  events: number;
  bytesEnd: number;
  entries: Uint8Array;
  outbox: Uint8Array;
}

/** How far the table has been emptied: all chunks up to `chunks`, all events up to `shipped`. */
export interface Deleted {
  chunks: number;
  bytes: number;
  shipped: number;
}

/** The SQLite file of a journal. Every call may throw; a throw means that nothing was written. */
export class JournalFile {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #insert: StatementSync;
  readonly #deleteRange: StatementSync;
  readonly #setDeleted: StatementSync;
  readonly #bytesEnd: StatementSync;
  readonly #nextOutbox: StatementSync;
  readonly #checkpoint: StatementSync;
  #walBytes = 0;

  constructor(path: string) {
    this.path = path;
    this.#database = openOwned(path);
    const prepare = (sql: string) => {
      const statement = this.#database.prepare(sql);
      statement.setReturnArrays(true);
      return statement;
    };
    this.#begin = prepare('BEGIN IMMEDIATE');
    this.#commit = prepare('COMMIT');
    this.#insert = prepare('INSERT INTO chunk VALUES (?, ?, ?, ?, ?, ?)');
    this.#deleteRange = prepare('DELETE FROM chunk WHERE id <= ?');
    this.#setDeleted = prepare('UPDATE deleted SET chunks = ?, bytes = ?, shipped = ?');
    this.#bytesEnd = prepare('SELECT bytes_end FROM chunk WHERE id = ?');
    this.#checkpoint = prepare('PRAGMA wal_checkpoint(PASSIVE)');
    this.#nextOutbox = prepare(
      'SELECT id, events_end, events, outbox FROM chunk WHERE id > ? AND events > 0 ORDER BY id LIMIT 1',
    );
  }

  /** One transaction; either may be null. */
  write(chunk: Chunk | null, deleted: Deleted | null): void {
    if (deleted === null) {
      if (chunk !== null) this.#insertChunk(chunk);
    } else {
      this.#begin.run();
      try {
        if (chunk !== null) this.#insertChunk(chunk);
        this.#setDeleted.run(deleted.chunks, deleted.bytes, deleted.shipped);
        this.#deleteRange.run(deleted.chunks);
        this.#commit.run();
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    }
    const bytes = chunk === null ? 0 : chunk.entries.length + chunk.outbox.length;
    this.#walBytes += bytes + WAL_BYTES_A_COMMIT;
  }

  /** Keeps the WAL short; to be called when answers are on their way. A failure is not a loss. */
  checkpointWhenDue(): void {
    if (this.#walBytes < CHECKPOINT_AFTER_BYTES) return;
    this.#walBytes = 0;
    try {
      this.#checkpoint.get();
    } catch {
      // The disk is full, for example: commits will say so, and the next one tries again.
    }
  }

  /** `bytesEnd` of a chunk that exists. */
  bytesEndOf(id: number): number {
    const row = this.#bytesEnd.get(id) as unknown as [number] | undefined;
    if (row === undefined) throw new JournalDamaged(`chunk ${id} is missing`);
    return row[0];
  }

  /** The next chunk after `id` that has events. */
  outboxAfter(id: number): { id: number; firstSequence: number; outbox: Uint8Array } | null {
    const row = this.#nextOutbox.get(id) as unknown as
      | [number, number, number, Uint8Array]
      | undefined;
    if (row === undefined) return null;
    return { id: row[0], firstSequence: row[1] - row[2] + 1, outbox: row[3] };
  }

  /** Of this file, whoever owns it: one that takes the place of a lost one has another. */
  id(): string {
    return (this.#database.prepare('SELECT id FROM identity').get() as { id: string }).id;
  }

  deleted(): Deleted {
    return this.#database.prepare('SELECT * FROM deleted').get() as unknown as Deleted;
  }

  /** All chunks without their outbox, oldest first. */
  *chunks(): Generator<Omit<Chunk, 'outbox'>> {
    const select = this.#database.prepare(
      `SELECT id, events_end AS eventsEnd, events, bytes_end AS bytesEnd, entries
       FROM chunk ORDER BY id`,
    );
    for (const row of select.iterate()) yield row as unknown as Omit<Chunk, 'outbox'>;
  }

  close(): void {
    this.#database.close();
  }

  #insertChunk({ id, eventsEnd, events, bytesEnd, entries, outbox }: Chunk): void {
    this.#insert.run(id, eventsEnd, events, bytesEnd, entries, outbox);
  }
}

function openOwned(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: OPENING_TIMEOUT_MS });
  try {
    database.exec(SETTINGS);
    database.exec(SCHEMA);
    const [check] = database.prepare('PRAGMA quick_check(1)').all();
    if (check?.['quick_check'] !== 'ok') throw new JournalDamaged(String(check?.['quick_check']));
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}
