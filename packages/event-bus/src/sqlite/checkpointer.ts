import { Worker } from 'node:worker_threads';

/** WAL growth by this process after which it asks for a checkpoint. 2,000 pages: one WAL index block. */
const CHECKPOINT_AFTER_BYTES = 8 * 1024 * 1024;
const IDLE_MS = 3_000;

export interface CheckpointRequest {
  path: string;
  kind: 'reset' | 'truncate' | 'forget';
  ticket: number;
}

interface WatchedFile {
  bytes: number;
  running: boolean;
  lastWriteMs: number;
}

/**
 * Keeps the WAL files of a process short, from one worker thread that is started with the first
 * need. The thread that writes only counts bytes.
 */
class Checkpointer {
  readonly #files = new Map<string, WatchedFile>();
  readonly #tickets = new Map<number, () => void>();
  #worker: Worker | null = null;
  #nextTicket = 1;
  #idleTimer: NodeJS.Timeout | null = null;

  /** To be called after a commit, with about the number of bytes that it added to the WAL. */
  wrote(path: string, bytes: number): void {
    let file = this.#files.get(path);
    if (file === undefined) {
      file = { bytes: 0, running: false, lastWriteMs: 0 };
      this.#files.set(path, file);
    }
    file.bytes += bytes;
    file.lastWriteMs = Date.now();
    if (file.bytes >= CHECKPOINT_AFTER_BYTES && !file.running) this.#run(path, file, 'reset');
    this.#idleTimer ??= setInterval(() => this.#checkIdle(), IDLE_MS).unref();
  }

  /** Ends the worker's connection to a file that this process is about to close. */
  async forget(path: string): Promise<void> {
    if (!this.#files.delete(path) || this.#worker === null) return;
    const worker = this.#worker;
    worker.ref();
    await this.#ask(path, 'forget');
    if (this.#tickets.size === 0) worker.unref();
  }

  #checkIdle(): void {
    const before = Date.now() - IDLE_MS;
    let waiting = false;
    for (const [path, file] of this.#files) {
      if (file.bytes === 0) continue;
      waiting = true;
      if (file.lastWriteMs < before && !file.running) this.#run(path, file, 'truncate');
    }
    if (waiting || this.#idleTimer === null) return;
    clearInterval(this.#idleTimer);
    this.#idleTimer = null;
  }

  #run(path: string, file: WatchedFile, kind: 'reset' | 'truncate'): void {
    file.running = true;
    file.bytes = 0;
    void this.#ask(path, kind).then(() => {
      file.running = false;
    });
  }

  #ask(path: string, kind: CheckpointRequest['kind']): Promise<void> {
    const ticket = this.#nextTicket++;
    const answered = new Promise<void>((resolve) => this.#tickets.set(ticket, resolve));
    this.#startedWorker().postMessage({ path, kind, ticket } satisfies CheckpointRequest);
    return answered;
  }

  #startedWorker(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), {
      workerData: { role: 'checkpointer' },
      name: 'sqlite-checkpointer',
      execArgv: [],
    });
    const settle = (ticket: number) => {
      this.#tickets.get(ticket)?.();
      this.#tickets.delete(ticket);
    };
    worker.on('message', ({ ticket }: { ticket: number }) => settle(ticket));
    // A dead worker costs nothing but WAL growth: the next request starts another.
    const gone = () => {
      if (this.#worker === worker) this.#worker = null;
      for (const ticket of [...this.#tickets.keys()]) settle(ticket);
    };
    worker.on('error', gone);
    worker.on('exit', gone);
    // After the listeners: adding one for messages makes the worker hold the process again.
    worker.unref();
    this.#worker = worker;
    return worker;
  }
}

/** One for each process. */
export const checkpointer = new Checkpointer();
