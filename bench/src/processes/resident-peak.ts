import { residentMbOf } from './process-reading.ts';

const everyMs = 100;

/** Watches how much memory a process takes, from now on. */
export class ResidentPeak {
  readonly #pid: number;
  readonly #timer: NodeJS.Timeout;
  #mb = 0;

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#look(), everyMs);
  }

  /** The most that was seen. */
  stop(): number {
    clearInterval(this.#timer);
    this.#look();
    return this.#mb;
  }

  #look(): void {
    this.#mb = Math.max(this.#mb, residentMbOf(this.#pid));
  }
}
