import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { checkpointFile } from './checkpoint-file.ts';
import type { CheckpointRequest } from './checkpointer.ts';

const databases = new Map<string, DatabaseSync>();

function open(path: string): DatabaseSync {
  let database = databases.get(path);
  if (database === undefined) {
    database = new DatabaseSync(path, { timeout: 0 });
    database.exec('PRAGMA synchronous = NORMAL');
    database.exec('PRAGMA wal_autocheckpoint = 0');
    databases.set(path, database);
  }
  return database;
}

function serve({ path, kind, ticket }: CheckpointRequest): void {
  let message: string | null = null;
  try {
    if (kind !== 'forget') checkpointFile(open(path), kind);
  } catch (error) {
    message = error instanceof Error ? error.message : String(error);
  }
  if (kind === 'forget' || message !== null) {
    try {
      databases.get(path)?.close();
    } catch {
      // A connection that cannot even close is dropped; the next request opens another.
    }
    databases.delete(path);
  }
  parentPort?.postMessage({ ticket, message });
}

if (workerData?.role === 'checkpointer') parentPort?.on('message', serve);
