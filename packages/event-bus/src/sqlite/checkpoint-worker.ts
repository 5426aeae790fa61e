import { DatabaseSync } from 'node:sqlite';
import { parentPort } from 'node:worker_threads';
import { checkpointFile } from './checkpoint-file.ts';
import type { CheckpointAnswer, CheckpointRequest } from './checkpointer.ts';

const databases = new Map<string, DatabaseSync>();

function connection(path: string): DatabaseSync {
  let database = databases.get(path);
  if (database === undefined) {
    database = new DatabaseSync(path, { timeout: 0 });
    databases.set(path, database);
    database.exec('PRAGMA synchronous = NORMAL');
    database.exec('PRAGMA wal_autocheckpoint = 0');
  }
  return database;
}

function closeConnection(path: string): void {
  const database = databases.get(path);
  databases.delete(path);
  database?.close();
}

/** A connection that failed is not used again. */
function serve({ ticket, path, kind }: CheckpointRequest): CheckpointAnswer {
  try {
    if (kind === 'forget') closeConnection(path);
    const done = kind === 'forget' || checkpointFile(connection(path), kind);
    return { ticket, done, failure: null };
  } catch (error) {
    databases.delete(path);
    const failure = error instanceof Error ? error.message : String(error);
    return { ticket, done: false, failure };
  }
}

parentPort?.on('message', (request: CheckpointRequest) => {
  parentPort?.postMessage(serve(request));
});
