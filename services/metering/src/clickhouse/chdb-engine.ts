import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FileLock, takeFileLock } from '@fluxrouter/event-bus/sqlite';
import { drainPending, Session } from 'chdb';

/**
 * The engine is a server's worth of ClickHouse; these (a server's, not a query's) make it a small guest. Measured on 2
 * cores, idle: 0.35 % of a core without the first one, 0.1 % with it.
 */
const engineSettings: Readonly<Record<string, number>> = {
  // Looks at the process's memory 10 times a second otherwise, also when nothing happens.
  memory_worker_period_ms: 5000,
  asynchronous_metrics_update_period_s: 3600,
  mark_cache_size: 64 * 1024 * 1024,
  primary_index_cache_size: 64 * 1024 * 1024,
  index_mark_cache_size: 8 * 1024 * 1024,
  query_condition_cache_size: 8 * 1024 * 1024,
  compiled_expression_cache_size: 8 * 1024 * 1024,
  mmap_cache_size: 0,
  max_server_memory_usage: 2 * 1024 * 1024 * 1024,
};

// A process that was killed lets go of its lock at once; one that ends cleanly may take seconds.
const LOCK_WAIT_MS = 15_000;
const LOCK_RETRY_MS = 100;

/** Another process has the directory open: an engine serves one process at a time. */
export class ChdbLockedError extends Error {
  constructor(path: string) {
    super(
      `the ClickHouse directory ${path} is in use by another process: stop it, or set CHDB_PATH or DATA_DIR to another directory`,
    );
    this.name = 'ChdbLockedError';
  }
}

export interface ChdbEngine {
  close(): Promise<void>;
}

/** Opens the engine and holds it: while it is open, further connections cost 0.2 ms. */
export async function openChdbEngine(path: string, waitMs = LOCK_WAIT_MS): Promise<ChdbEngine> {
  const lock = await takeDirectory(path, waitMs);
  const connectionArgs = Object.entries(engineSettings).map(
    ([name, value]) => `--${name}=${value}`,
  );
  try {
    const session = new Session(path, { connectionArgs });
    return {
      async close() {
        session.close();
        // The engine lets go of the directory when the last query has ended.
        await drainPending();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * A lock of our own in the directory. The engine has one too, but where it is taken it gives no
 * reason that could be told from other failures, and writes lines to stderr.
 */
async function takeDirectory(path: string, waitMs: number): Promise<FileLock> {
  mkdirSync(path, { recursive: true });
  for (const until = performance.now() + waitMs; ; await sleep(LOCK_RETRY_MS)) {
    const lock = takeFileLock(join(path, 'owner.lock'));
    if (lock !== null) return lock;
    if (performance.now() >= until) throw new ChdbLockedError(path);
  }
}
