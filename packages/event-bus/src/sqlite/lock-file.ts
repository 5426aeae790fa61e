import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isBusy } from './busy.ts';

export interface FileLock {
  readonly path: string;
  release(): void;
}

// A database that nobody holds any more is collected, and its lock with it.
const held = new Set<DatabaseSync>();

/**
 * Takes an exclusive lock that the kernel releases when the process dies, however it dies, and that
 * a paused process keeps. Returns null while another connection (of any process, this one too)
 * holds it. Node has no fcntl; an SQLite transaction that is never ended is one.
 */
export function takeFileLock(path: string): FileLock | null {
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return null;
    throw error;
  }
  held.add(database);
  return {
    path,
    release() {
      if (held.delete(database)) database.close();
    },
  };
}
