import { existsSync } from 'node:fs';
import { takeFileLock } from '@fluxrouter/event-bus/sqlite';
import { type Journal, JournalLocked } from './journal.ts';
import { JournalFile } from './journal-file.ts';
import { SqliteJournal } from './sqlite-journal.ts';

export interface JournalOptions {
  /** The SQLite file; beside it `-wal`, `-shm` and `.lock`. On a local disk. */
  path: string;
  /** `state().full` from here on; the files may take about twice that. */
  maxBytes: number;
  /** `state().full` from that many unshipped events on; none by default. */
  maxOutboxEntries?: number;
  /** Called once when commits begin to fail (disk full, I/O error); tried again until they do not. */
  onFailure?(error: Error): void;
}

/** Opens (or makes) this process's journal. Throws `JournalLocked` while another owner lives. */
export function openJournal(options: JournalOptions): Journal {
  const journal = openUnderLock(options);
  if (journal === null) throw new JournalLocked(options.path);
  return journal;
}

/**
 * Opens a dead process's journal to finish its entries and ship its events. Null where there is
 * none, or while its owner lives: a paused owner still holds its lock.
 */
export function adoptJournal(
  path: string,
  options: Omit<JournalOptions, 'path'> = { maxBytes: Number.POSITIVE_INFINITY },
): Journal | null {
  return existsSync(path) ? openUnderLock({ ...options, path }) : null;
}

function openUnderLock({ path, ...options }: JournalOptions): Journal | null {
  const lock = takeFileLock(`${path}.lock`);
  if (lock === null) return null;
  try {
    return new SqliteJournal(new JournalFile(path), lock, options);
  } catch (error) {
    lock.release();
    throw error;
  }
}
