import type { Journal, JournalEvent } from './journal.ts';

export interface ShipperOptions {
  journal: Journal;
  /**
   * Puts the events on the bus, in order; resolved means they are there. After a rejection the same
   * events (and perhaps more) come again: at least once. Their values are overwritten after it has
   * resolved: who keeps them takes a copy.
   */
  publish(events: readonly JournalEvent[]): Promise<unknown>;
  batchEvents: number;
  batchBytes: number;
  /** Events wait so long for company. 20–50 ms: larger batches cost less CPU an event. */
  lingerMs: number;
  /** Wait after the first failure; doubles with each up to 50 times that. */
  retryBackoffMs: number;
  onError?(error: unknown): void;
}

export interface Shipper {
  /** Resolves when the outbox is empty, at once where it is. */
  idle(): Promise<void>;
  /** Ends after the publish that is under way. What is not shipped stays in the journal. */
  stop(): Promise<void>;
}

const BACKOFF_FACTOR_MAX = 50;

/** Takes events from the journal to the bus, in order, for ever. No timer runs while it is idle. */
export function startShipper(options: ShipperOptions): Shipper {
  return new JournalShipper(options);
}

class JournalShipper implements Shipper {
  readonly #options: ShipperOptions;
  #timer: NodeJS.Timeout | null = null;
  #publishing: Promise<void> | null = null;
  #failures = 0;
  #stopped = false;
  #idleWaiting: (() => void)[] = [];

  constructor(options: ShipperOptions) {
    this.#options = options;
    options.journal.onCommitted(() => this.#arrived());
    this.#arrived();
  }

  idle(): Promise<void> {
    if (this.#stopped || this.#outboxEntries() === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idleWaiting.push(resolve);
      this.#timer?.ref();
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#options.journal.onCommitted(null);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#publishing;
    this.#resolveIdle();
  }

  #outboxEntries(): number {
    return this.#options.journal.state().outboxEntries;
  }

  #arrived(): void {
    if (this.#stopped || this.#publishing !== null || this.#failures > 0) return;
    const waiting = this.#outboxEntries();
    if (waiting === 0) return;
    if (waiting >= this.#options.batchEvents) this.#ship();
    else if (this.#timer === null) this.#shipAfter(this.#options.lingerMs);
  }

  #shipAfter(ms: number): void {
    this.#timer = setTimeout(() => this.#ship(), ms);
    if (this.#idleWaiting.length === 0) this.#timer.unref();
  }

  #ship(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#publishing = this.#publishBatch().finally(() => {
      this.#publishing = null;
      if (this.#stopped) return;
      if (this.#failures > 0) this.#shipAfter(this.#backoffMs());
      else if (this.#outboxEntries() === 0) this.#resolveIdle();
      else this.#arrived();
    });
  }

  async #publishBatch(): Promise<void> {
    const { journal, publish, batchEvents, batchBytes, onError } = this.#options;
    try {
      const { upTo, events } = journal.nextBatch(batchEvents, batchBytes);
      if (events.length === 0) return;
      await publish(events);
      journal.shipped(upTo);
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      onError?.(error);
    }
  }

  #backoffMs(): number {
    const factor = Math.min(BACKOFF_FACTOR_MAX, 2 ** (this.#failures - 1));
    return this.#options.retryBackoffMs * factor;
  }

  #resolveIdle(): void {
    for (const resolve of this.#idleWaiting.splice(0)) resolve();
  }
}
