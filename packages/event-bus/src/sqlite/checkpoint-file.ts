import type { DatabaseSync } from 'node:sqlite';

const RESET_ATTEMPTS = 20;
const RESET_PAUSE_MS = 1;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

interface CheckpointResult {
  busy: number;
  log: number;
  checkpointed: number;
}

function checkpoint(database: DatabaseSync, mode: 'PASSIVE' | 'RESTART' | 'TRUNCATE') {
  const row = database.prepare(`PRAGMA wal_checkpoint(${mode})`).get();
  return row as unknown as CheckpointResult;
}

/**
 * Copies the WAL into the database and lets it begin anew.
 *
 * First without any lock that a writer needs (`PASSIVE`, twice: the second is short); only then
 * under the writer's lock, when next to nothing is left to copy. Under constant load no passive
 * checkpoint ever ends with an empty WAL, so without that last step it would grow without bound.
 * The connection never waits for readers while it holds the writer's lock (timeout 0): it gives up
 * and tries again.
 */
export function checkpointFile(database: DatabaseSync, kind: 'reset' | 'truncate'): void {
  checkpoint(database, 'PASSIVE');
  for (let attempt = 0; attempt < RESET_ATTEMPTS; attempt += 1) {
    checkpoint(database, 'PASSIVE');
    const { busy } = checkpoint(database, kind === 'truncate' ? 'TRUNCATE' : 'RESTART');
    if (busy === 0) {
      if (kind === 'reset') writeFirstFrame(database);
      return;
    }
    Atomics.wait(sleeper, 0, 0, RESET_PAUSE_MS);
  }
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
