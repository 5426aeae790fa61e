import type { AttemptFailure } from '@fluxrouter/generated/proxy';
import type { HealthPort } from './ports.ts';

interface Breaker {
  failures: number;
  openUntilMs: number;
}

/** Who wants to know which models are passed over. */
type BreakerListener = Pick<HealthPort, 'breakerOpen' | 'breakerClosed'>;

export interface BreakerSettings {
  readonly on: boolean;
  /** Failures in a row that open it. */
  readonly failuresMax: number;
  readonly openMs: number;
}

const CAUSED_BY_CLIENT: ReadonlySet<string> = new Set([
  'upstream_error',
  'context_length_exceeded',
  'capability_not_available',
]);

/**
 * A model that fails again and again is passed over for a while, where the chain has another. What
 * the client caused does not count. After `openMs` one request tries again.
 */
export class Breakers {
  readonly #settings: BreakerSettings;
  readonly #listener: BreakerListener;
  readonly #byModel = new Map<string, Breaker>();

  constructor(settings: BreakerSettings, listener: BreakerListener) {
    this.#settings = settings;
    this.#listener = listener;
  }

  isOpen(model: string, nowMs: number): boolean {
    const breaker = this.#byModel.get(model);
    if (breaker === undefined || breaker.failures < this.#settings.failuresMax) return false;
    const leftMs = breaker.openUntilMs - nowMs;
    // More than it could be: the clock was set back.
    if (leftMs > 0 && leftMs <= this.#settings.openMs) return true;
    // Half open: this one goes through, the next ones wait for what comes of it.
    breaker.openUntilMs = nowMs + this.#settings.openMs;
    return false;
  }

  note(model: string, failure: AttemptFailure | undefined, nowMs: number): void {
    if (!this.#settings.on) return;
    if (failure === undefined) {
      if (this.#byModel.size > 0 && this.#byModel.delete(model)) {
        this.#listener.breakerClosed(model);
      }
      return;
    }
    if (CAUSED_BY_CLIENT.has(failure.code)) return;
    const breaker = this.#byModel.get(model) ?? { failures: 0, openUntilMs: 0 };
    breaker.failures++;
    if (breaker.failures >= this.#settings.failuresMax) {
      breaker.openUntilMs = nowMs + this.#settings.openMs;
      this.#listener.breakerOpen(model, breaker.openUntilMs);
    }
    this.#byModel.set(model, breaker);
  }
}
