import { existsSync } from 'node:fs';
import { type FileLock, takeFileLock } from '@fluxrouter/event-bus/sqlite';
import { isDamage, setAside } from './damaged-journal.ts';
import { type Journal, JournalLocked } from './journal.ts';
import { JournalFile } from './journal-file.ts';
import { SqliteJournal } from './sqlite-journal.ts';

export interface JournalOptions {
  /** The SQLite file; beside it `-wal` and `.lock`. On a local disk. */
  path: string;
  /** `state().full` from here on; the files may take about twice that. */
  maxBytes: number;
  /** `state().full` from that many unshipped events on; none by default. */
  maxOutboxEntries?: number;
  /** Called once when commits begin to fail (disk full, I/O error); tried again until they do not. */
  onFailure?(error: Error): void;
  /** The file was damaged (a power cut): it lies at `aside` now, and an empty one takes its place. */
  onDamaged?(aside: string, error: Error): void;
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

function openUnderLock(options: JournalOptions): Journal | null {
  const lock = takeFileLock(`${options.path}.lock`);
  if (lock === null) return null;
  try {
    return openOrReplace(options, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function openOrReplace(options: JournalOptions, lock: FileLock): Journal {
  try {
    return openFile(options, lock);
  } catch (error) {
    if (!isDamage(error)) throw error;
    const aside = setAside(options.path);
    options.onDamaged?.(aside, error);
    return openFile(options, lock);
  }
}

function openFile(options: JournalOptions, lock: FileLock): Journal {
  const file = new JournalFile(options.path);
  try {
    return new SqliteJournal(file, lock, options);
  } catch (error) {
    file.close();
    throw error;
  }
}
