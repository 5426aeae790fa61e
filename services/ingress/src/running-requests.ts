/** A request under way, as the clock sees it. */
export interface Running {
  readonly key: string;
  /** Its place among those that run; kept by `RunningRequests`. */
  slot: number;
  /** Called about once a second, or more often where the settings ask for shorter times; `performance.now()`. */
  tick(nowMs: number): void;
  interrupt(reason: 'key_revoked' | 'shutdown'): void;
}

/**
 * All requests under way, and the one timer for all their times (commit after 8 s, keep-alive
 * comments, the hard deadline): a timer a request would cost more than the request's own work.
 * Idle, there is no timer.
 *
 * An array in which the last takes the place of who leaves, not a Set: a Set that is added to and
 * deleted from all the time leaves outgrown tables behind, each of which points to the next and to
 * requests long over, so that none of them is collected young.
 */
export class RunningRequests {
  readonly #tickMs: number;
  readonly #running: Running[] = [];
  #timer: NodeJS.Timeout | null = null;
  #whenEmpty: (() => void)[] = [];

  constructor(tickMs: number) {
    this.#tickMs = tickMs;
  }

  get size(): number {
    return this.#running.length;
  }

  add(request: Running): void {
    request.slot = this.#running.push(request) - 1;
    this.#timer ??= setInterval(() => this.#tick(), this.#tickMs);
  }

  remove(request: Running): void {
    const last = this.#running.pop();
    if (last !== undefined && last !== request) {
      this.#running[request.slot] = last;
      last.slot = request.slot;
    }
    if (this.#running.length > 0) return;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }

  /** The key's streams end in their dialect's error, and are charged. */
  revoke(key: string): void {
    for (const request of [...this.#running]) {
      if (request.key === key) request.interrupt('key_revoked');
    }
  }

  /** Waits for all to end; after `graceMs` they are ended. */
  async drain(graceMs: number): Promise<void> {
    if (this.#running.length > 0) {
      const timer = setTimeout(() => {
        for (const request of [...this.#running]) request.interrupt('shutdown');
      }, graceMs);
      await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
      clearTimeout(timer);
    }
    this.stop();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #tick(): void {
    if (this.#running.length === 0) {
      this.stop();
      return;
    }
    // The clock of the machine may be set, by an hour even: no stream ends or falls silent for that.
    const nowMs = performance.now();
    for (const request of [...this.#running]) request.tick(nowMs);
  }
}
