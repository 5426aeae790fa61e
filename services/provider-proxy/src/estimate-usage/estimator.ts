import { Worker } from 'node:worker_threads';
import type { CountedTokens, UsageEstimator, UsageToEstimate } from '../ports.ts';

/** Four bytes a token: what is left where the tokenizer cannot answer. */
const BYTES_PER_TOKEN = 4;
const ANSWER_WITHIN_MS = 10_000;
/** The tokenizer's tables are tens of MB: given back when they are not used. */
const IDLE_MS = 60_000;

interface Waiting {
  readonly what: UsageToEstimate;
  readonly counted: (tokens: CountedTokens) => void;
  readonly timer: NodeJS.Timeout;
}

/** The tokenizer in a worker, started when it is first needed. */
export class WorkerEstimator implements UsageEstimator {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #next = 1;
  #idle: NodeJS.Timeout | null = null;

  estimate(what: UsageToEstimate, counted: (tokens: CountedTokens) => void): void {
    const id = this.#next++;
    const timer = setTimeout(() => this.#answer(id, roughly(what)), ANSWER_WITHIN_MS);
    this.#waiting.set(id, { what, counted, timer });
    this.#started().postMessage({ id, what });
  }

  async stop(): Promise<void> {
    if (this.#idle !== null) clearTimeout(this.#idle);
    for (const id of [...this.#waiting.keys()]) this.#giveUp(id);
    await this.#worker?.terminate();
    this.#worker = null;
  }

  #started(): Worker {
    if (this.#idle !== null) clearTimeout(this.#idle);
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    worker.unref();
    worker.on('message', ({ id, tokens }: { id: number; tokens: CountedTokens }) =>
      this.#answer(id, tokens),
    );
    worker.on('error', () => this.#lost(worker));
    worker.on('exit', () => this.#lost(worker));
    this.#worker = worker;
    return worker;
  }

  #lost(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    for (const id of [...this.#waiting.keys()]) this.#giveUp(id);
  }

  #giveUp(id: number): void {
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined) this.#answer(id, roughly(waiting.what));
  }

  #answer(id: number, tokens: CountedTokens): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    if (this.#waiting.size === 0) this.#idle = setTimeout(() => void this.stop(), IDLE_MS).unref();
    waiting.counted(tokens);
  }
}

function roughly({ request, answer, answerScale }: UsageToEstimate): CountedTokens {
  return {
    input: Math.ceil((request?.length ?? 0) / BYTES_PER_TOKEN),
    output: Math.ceil(((answer?.length ?? 0) * answerScale) / BYTES_PER_TOKEN),
  };
}
