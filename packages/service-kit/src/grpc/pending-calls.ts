import { RpcError } from './rpc-error.ts';

interface Pending<Answer> {
  deadlineAt: number;
  resolve(answer: Answer): void;
  reject(error: RpcError): void;
}

export interface PendingCallsOptions {
  deadlineMs: number;
  /** More wait for nobody: they are refused. */
  most: number;
}

/**
 * Calls whose answers are awaited, told apart by numbers. All have the same deadline, so the oldest
 * is always the first to be over, and one timer serves all.
 */
export class PendingCalls<Answer> {
  readonly #options: PendingCallsOptions;
  readonly #pending = new Map<number, Pending<Answer>>();
  #last = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PendingCallsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#pending.size;
  }

  add(): { call: number; answer: Promise<Answer> } {
    if (this.#pending.size >= this.#options.most) {
      throw new RpcError('resource_exhausted', 'too many calls are waiting for an answer');
    }
    this.#last = (this.#last + 1) >>> 0;
    const call = this.#last;
    const answer = new Promise<Answer>((resolve, reject) => {
      const deadlineAt = performance.now() + this.#options.deadlineMs;
      this.#pending.set(call, { deadlineAt, resolve, reject });
    });
    this.#timer ??= setTimeout(() => this.#expire(), this.#options.deadlineMs);
    return { call, answer };
  }

  /** A call that is not awaited any more (its deadline is over) is let go. */
  resolve(call: number, answer: Answer): void {
    this.#take(call)?.resolve(answer);
  }

  reject(call: number, error: RpcError): void {
    this.#take(call)?.reject(error);
  }

  rejectAll(error: RpcError): void {
    for (const call of [...this.#pending.keys()]) this.reject(call, error);
  }

  #take(call: number): Pending<Answer> | undefined {
    const pending = this.#pending.get(call);
    this.#pending.delete(call);
    if (this.#pending.size === 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    return pending;
  }

  #expire(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const [call, { deadlineAt }] of this.#pending) {
      if (deadlineAt > now) {
        this.#timer = setTimeout(() => this.#expire(), deadlineAt - now);
        return;
      }
      this.reject(call, new RpcError('deadline_exceeded', 'no answer came in time'));
    }
  }
}
