import { existsSync } from 'node:fs';
import { residentMbOf } from './process-reading.ts';

const everyMs = 100;

/** Watches how much memory a process takes, from now on. */
export class ResidentPeak {
  readonly #pid: number;
  readonly #timer: NodeJS.Timeout;
  #mb = 0;

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#look(), everyMs).unref();
  }

  /** The most that was seen. */
  stop(): number {
    clearInterval(this.#timer);
    this.#look();
    return this.#mb;
  }

  #look(): void {
    // A process that has died is the load's trouble, which is told there.
    if (existsSync(`/proc/${this.#pid}`)) this.#mb = Math.max(this.#mb, residentMbOf(this.#pid));
  }
}
