import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';

/** WAL growth by this process after which it asks for a checkpoint: 2,000 pages. */
const CHECKPOINT_AFTER_BYTES = 8 * 1024 * 1024;
const RETRY_AFTER_BYTES = 1024 * 1024;
/** The worker gets no time (a busy machine): from here on who writes makes the checkpoint itself. */
const IN_PLACE_AFTER_BYTES = 4 * CHECKPOINT_AFTER_BYTES;
/** A WAL that is no longer written to is emptied from this size on; a smaller one may stay. */
const TRUNCATE_FROM_BYTES = 1024 * 1024;
const IDLE_MS = 3_000;

export interface CheckpointRequest {
  path: string;
  /** `reset`: under load; `truncate`: nobody writes; `forget`: close the connection. */
  kind: 'reset' | 'truncate' | 'forget';
  ticket: number;
}

export interface CheckpointAnswer {
  ticket: number;
  /** False: readers or a failure were in the way, try again soon. */
  done: boolean;
  failure: string | null;
}

interface WatchedFile {
  bytes: number;
  running: boolean;
  lastWriteMs: number;
  failure: string | null;
}

/**
 * Keeps the WAL files of a process short, from one worker thread that is started with the first
 * need. The thread that writes only counts bytes.
 */
class Checkpointer {
  readonly #files = new Map<string, WatchedFile>();
  readonly #tickets = new Map<number, (answer: CheckpointAnswer) => void>();
  #worker: Worker | null = null;
  #nextTicket = 1;
  #idleTimer: NodeJS.Timeout | null = null;

  /**
   * To be called after a commit, with about the number of bytes that it added to the WAL, and the
   * connection that made it.
   */
  wrote(path: string, bytes: number, writer: DatabaseSync): void {
    let file = this.#files.get(path);
    if (file === undefined) {
      file = { bytes: 0, running: false, lastWriteMs: 0, failure: null };
      this.#files.set(path, file);
    }
    file.bytes += bytes;
    file.lastWriteMs = performance.now();
    if (file.bytes >= CHECKPOINT_AFTER_BYTES && !file.running) this.#run(path, file, 'reset');
    if (file.bytes >= IN_PLACE_AFTER_BYTES) checkpointInPlace(writer, file);
    if (file.bytes >= TRUNCATE_FROM_BYTES) {
      this.#idleTimer ??= setInterval(() => this.#checkIdle(), IDLE_MS).unref();
    }
  }

  /** Files whose last checkpoint failed (their WAL grows meanwhile), and why. */
  failures(): ReadonlyMap<string, string> {
    const failures = new Map<string, string>();
    for (const [path, { failure }] of this.#files)
      if (failure !== null) failures.set(path, failure);
    return failures;
  }

  /** Ends the worker's connection to a file that this process is about to close. */
  async forget(path: string): Promise<void> {
    if (!this.#files.delete(path) || this.#worker === null) return;
    const worker = this.#worker;
    worker.ref();
    await this.#ask(path, 'forget');
    if (this.#tickets.size === 0) worker.unref();
  }

  /** The timer ends with the last file that has anything to checkpoint. */
  #checkIdle(): void {
    const before = performance.now() - IDLE_MS;
    let isWaiting = false;
    for (const [path, file] of this.#files) {
      if (file.bytes < TRUNCATE_FROM_BYTES) continue;
      isWaiting = true;
      if (file.lastWriteMs < before && !file.running) this.#run(path, file, 'truncate');
    }
    if (isWaiting || this.#idleTimer === null) return;
    clearInterval(this.#idleTimer);
    this.#idleTimer = null;
  }

  #run(path: string, file: WatchedFile, kind: 'reset' | 'truncate'): void {
    const { bytes } = file;
    file.running = true;
    file.bytes = 0;
    void this.#ask(path, kind).then(({ done, failure }) => {
      file.running = false;
      file.failure = failure;
      if (!done) file.bytes += Math.min(bytes, CHECKPOINT_AFTER_BYTES - RETRY_AFTER_BYTES);
    });
  }

  #ask(path: string, kind: CheckpointRequest['kind']): Promise<CheckpointAnswer> {
    const ticket = this.#nextTicket++;
    const answered = new Promise<CheckpointAnswer>((resolve) => {
      this.#tickets.set(ticket, resolve);
    });
    this.#startedWorker().postMessage({ path, kind, ticket } satisfies CheckpointRequest);
    return answered;
  }

  #startedWorker(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), {
      name: 'sqlite-checkpointer',
      execArgv: [],
    });
    worker.on('message', (answer: CheckpointAnswer) => this.#settle(answer));
    // A dead worker costs nothing but WAL growth: the next request starts another.
    const gone = () => {
      if (this.#worker === worker) this.#worker = null;
      for (const ticket of [...this.#tickets.keys()]) {
        this.#settle({ ticket, done: false, failure: 'the worker ended' });
      }
    };
    worker.on('error', gone);
    worker.on('exit', gone);
    // After the listeners: adding one for messages makes the worker hold the process again.
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  #settle(answer: CheckpointAnswer): void {
    this.#tickets.get(answer.ticket)?.(answer);
    this.#tickets.delete(answer.ticket);
  }
}

/** Waits for nobody; where it copies all, the next commit begins the WAL anew. */
function checkpointInPlace(writer: DatabaseSync, file: WatchedFile): void {
  file.bytes = CHECKPOINT_AFTER_BYTES;
  try {
    writer.exec('PRAGMA wal_checkpoint(PASSIVE)');
  } catch {
    // A full disk: commits tell.
  }
}

/** One for each process. */
export const checkpointer = new Checkpointer();
