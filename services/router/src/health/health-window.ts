import type { HealthSnapshot, HealthState } from '@fluxrouter/routing-rules';

/** States are of so much of the past. */
export const WINDOW_MS = 5 * 60_000;
const BUCKET_MS = 10_000;
const BUCKETS = WINDOW_MS / BUCKET_MS;
/** With fewer attempts nothing is said: one of two that failed is chance. */
export const ATTEMPTS_MIN = 10;
const HEALTHY_SUCCESS = 0.95;
const DOWN_SUCCESS = 0.7;
/** p95 within the threshold: so many may be slower. */
const SLOW_SHARE_MAX = 0.05;

/** An attempt that counts: what the client caused is not among them. */
export interface CountedAttempt {
  readonly provider: string;
  readonly model: string;
  readonly atMs: number;
  readonly succeeded: boolean;
  /** Time to the first output, ms; undefined: not known (no stream, or none came). */
  readonly firstOutputMs: number | undefined;
}

export interface HealthFigures {
  readonly state: HealthState;
  readonly attempts: number;
  /** 0 to 1; null where there was no attempt. */
  readonly successRate: number | null;
  /** Share of the measured attempts that were slower than their model's threshold; null: none measured. */
  readonly slowShare: number | null;
}

/** Attempts, successes, measured and slow ones of the last five minutes, in buckets of ten seconds. */
class Counts {
  readonly #attempts = new Uint32Array(BUCKETS);
  readonly #successes = new Uint32Array(BUCKETS);
  readonly #measured = new Uint32Array(BUCKETS);
  readonly #slow = new Uint32Array(BUCKETS);
  #newest = 0;

  add(bucket: number, succeeded: boolean, slow: boolean | null): void {
    if (bucket <= this.#newest - BUCKETS) return;
    this.#forget(bucket);
    const slot = bucket % BUCKETS;
    increment(this.#attempts, slot);
    if (succeeded) increment(this.#successes, slot);
    if (slow !== null) increment(this.#measured, slot);
    if (slow === true) increment(this.#slow, slot);
  }

  figures(bucket: number): HealthFigures {
    this.#forget(bucket);
    const attempts = sum(this.#attempts);
    const measured = sum(this.#measured);
    const successRate = attempts === 0 ? null : sum(this.#successes) / attempts;
    const slowShare = measured === 0 ? null : sum(this.#slow) / measured;
    return { state: stateOf(attempts, successRate, slowShare), attempts, successRate, slowShare };
  }

  /** Clears the buckets that time has gone over. */
  #forget(bucket: number): void {
    const from = Math.max(this.#newest + 1, bucket - BUCKETS + 1);
    for (let each = from; each <= bucket; each++) {
      const slot = each % BUCKETS;
      for (const counts of [this.#attempts, this.#successes, this.#measured, this.#slow]) {
        counts[slot] = 0;
      }
    }
    this.#newest = Math.max(this.#newest, bucket);
  }
}

function stateOf(
  attempts: number,
  successRate: number | null,
  slowShare: number | null,
): HealthState {
  if (attempts < ATTEMPTS_MIN || successRate === null) return 'healthy';
  if (successRate < DOWN_SUCCESS) return 'down';
  return successRate >= HEALTHY_SUCCESS && (slowShare ?? 0) <= SLOW_SHARE_MAX
    ? 'healthy'
    : 'degraded';
}

/** The health of providers and models from their attempts. Time comes in as a value: nothing here asks a clock. */
export class HealthWindow {
  readonly #providers = new Map<string, Counts>();
  readonly #models = new Map<string, Counts>();
  readonly #thresholdMs: (model: string) => number;

  /** `thresholdMs`: how long a model may take to its first output. */
  constructor(thresholdMs: (model: string) => number) {
    this.#thresholdMs = thresholdMs;
  }

  add({ provider, model, atMs, succeeded, firstOutputMs }: CountedAttempt): void {
    const slow = firstOutputMs === undefined ? null : firstOutputMs > this.#thresholdMs(model);
    const bucket = Math.floor(atMs / BUCKET_MS);
    countsOf(this.#providers, provider).add(bucket, succeeded, slow);
    countsOf(this.#models, model).add(bucket, succeeded, slow);
  }

  /** What is not healthy, and the models that are in spite of their provider. */
  snapshot(nowMs: number): HealthSnapshot {
    const providers: Record<string, HealthState> = {};
    const models: Record<string, HealthState> = {};
    for (const [id, { state }] of this.#all(this.#providers, nowMs)) {
      if (state !== 'healthy') providers[id] = state;
    }
    for (const [id, { state, attempts }] of this.#all(this.#models, nowMs)) {
      // A model that does well is not passed over for others of its provider that do not.
      if (attempts >= ATTEMPTS_MIN) models[id] = state;
    }
    return { providers, models };
  }

  providerFigures(id: string, nowMs: number): HealthFigures {
    return countsOf(this.#providers, id).figures(Math.floor(nowMs / BUCKET_MS));
  }

  modelFigures(id: string, nowMs: number): HealthFigures {
    return countsOf(this.#models, id).figures(Math.floor(nowMs / BUCKET_MS));
  }

  #all(counts: ReadonlyMap<string, Counts>, nowMs: number): [string, HealthFigures][] {
    const bucket = Math.floor(nowMs / BUCKET_MS);
    return [...counts].map(([id, each]) => [id, each.figures(bucket)]);
  }
}

function countsOf(counts: Map<string, Counts>, id: string): Counts {
  let found = counts.get(id);
  if (found === undefined) {
    found = new Counts();
    counts.set(id, found);
  }
  return found;
}

function increment(counts: Uint32Array, slot: number): void {
  counts[slot] = (counts[slot] ?? 0) + 1;
}

function sum(values: Uint32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
