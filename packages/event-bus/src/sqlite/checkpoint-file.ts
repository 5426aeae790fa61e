import type { DatabaseSync } from 'node:sqlite';

const ATTEMPTS = 12;
const PAUSE_MS_MAX = 16;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

type Mode = 'PASSIVE' | 'RESTART' | 'TRUNCATE';

interface CheckpointResult {
  busy: number;
  /** Frames in the WAL, and how many of them are in the database now. */
  log: number;
  checkpointed: number;
}

function checkpoint(database: DatabaseSync, mode: Mode): CheckpointResult {
  const row = database.prepare(`PRAGMA wal_checkpoint(${mode})`).get();
  return row as unknown as CheckpointResult;
}

/**
 * Copies the WAL into the database and lets it begin anew; false where readers were always in the
 * way of that, so that it has to be tried again soon.
 *
 * First without any lock that a writer needs (`PASSIVE`); only then, when next to nothing is left to
 * copy, under the writer's lock. Under constant load no passive checkpoint ever ends with an empty
 * WAL, so without that last step it would grow without bound. The connection never waits for
 * readers while it holds the writer's lock (timeout 0): it gives up and tries again.
 */
export function checkpointFile(database: DatabaseSync, kind: 'reset' | 'truncate'): boolean {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { log, checkpointed } = checkpoint(database, 'PASSIVE');
    if (checkpointed < log || attempt === 0) checkpoint(database, 'PASSIVE');
    if (checkpoint(database, kind === 'truncate' ? 'TRUNCATE' : 'RESTART').busy === 0) {
      if (kind === 'reset') writeFirstFrame(database);
      return true;
    }
    Atomics.wait(sleeper, 0, 0, Math.min(PAUSE_MS_MAX, 2 ** attempt));
  }
  return false;
}

/**
 * Whoever writes first into a WAL that begins anew has to fsync its header, which takes
 * milliseconds: better this thread than the one that answers requests.
 */
function writeFirstFrame(database: DatabaseSync): void {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number };
  try {
    database.exec(`PRAGMA user_version = ${(row.user_version + 1) % 0x7fffffff}`);
  } catch {
    // Another writer was faster.
  }
}
