import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isBusy } from './busy.ts';

const OPENING_TIMEOUT_MS = 5_000;
const OPENING_PAUSE_MS = 5;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

export interface OpenDatabaseOptions {
  path: string;
  /** Runs with a long busy timeout, before the connection is made non-blocking. */
  prepareSchema(database: DatabaseSync): void;
}

/**
 * A connection to a log file: WAL, no fsync a commit, no checkpoint on this thread, and **never
 * waiting for a lock** (every call may throw what `isBusy` recognises; wait on a timer, not here).
 * Only the opening itself waits for others who open or make the file, up to 5 s.
 *
 * What is committed survives the death of every process. After a power cut the file is sound but
 * may lack its latest commits.
 *
 * Never open such a file (or its -shm, -wal, .lock) by `fs` in the same process: closing that
 * descriptor would drop SQLite's POSIX locks.
 */
export function openDatabase(options: OpenDatabaseOptions): DatabaseSync {
  mkdirSync(dirname(options.path), { recursive: true });
  const until = performance.now() + OPENING_TIMEOUT_MS;
  for (;;) {
    try {
      return openOnce(options);
    } catch (error) {
      // Turning a new file to WAL does not wait for others who do the same, whatever the timeout.
      if (!isBusy(error) || performance.now() > until) throw error;
    }
    Atomics.wait(sleeper, 0, 0, OPENING_PAUSE_MS);
  }
}

function openOnce({ path, prepareSchema }: OpenDatabaseOptions): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: OPENING_TIMEOUT_MS });
  try {
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = NORMAL');
    database.exec('PRAGMA wal_autocheckpoint = 0');
    prepareSchema(database);
    database.exec('PRAGMA busy_timeout = 0');
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}
