import type { Catalogue, Model } from '@fluxrouter/catalogue';
import type { EventBus, Tail } from '@fluxrouter/event-bus';
import { type AttemptOutcome, readAttemptOutcome, TOPICS } from '@fluxrouter/events';
import { type HealthSnapshot, healthOf } from '@fluxrouter/routing-rules';
import { type HealthFigures, HealthWindow, WINDOW_MS } from './health-window.ts';

/** The snapshot is made anew so often: a decision reads it and makes none. */
const SNAPSHOT_MS = 1_000;
const FIRST_OUTPUT_MS_MAX = 5_000;
const REASONING_FIRST_OUTPUT_MS_MAX = 30_000;

/** Outcomes that say nothing of a provider: the client left, or our own process did. */
const NOT_COUNTED_OUTCOMES: ReadonlySet<string> = new Set(['client_gone', 'orphaned']);
/** What the client caused, or we did. */
const NOT_COUNTED_ERRORS: ReadonlySet<string> = new Set([
  'upstream_error',
  'context_length_exceeded',
  'capability_not_available',
  'client_gone',
  'superseded',
  'key_revoked',
  'shutdown',
  'deadline',
]);
const SUCCEEDED: ReadonlySet<string> = new Set(['completed', 'incomplete', 'refused']);

/** The states of providers and models over the last five minutes, from attempts' events and local breakers. */
export class ProviderHealth {
  readonly #catalogue: Catalogue;
  readonly #nowMs: () => number;
  readonly #window: HealthWindow;
  /** Models whose local breaker is open, with the time until when. */
  readonly #broken = new Map<string, number>();
  #snapshot: HealthSnapshot = { providers: {}, models: {} };
  #madeAtMs = 0;
  #tail: Tail | null = null;

  constructor(catalogue: Catalogue, nowMs: () => number = Date.now) {
    this.#catalogue = catalogue;
    this.#nowMs = nowMs;
    this.#window = new HealthWindow((model) => firstOutputMsMax(catalogue.models.get(model)));
  }

  /** Hears of other processes' attempts too, by the bus. */
  async follow(bus: EventBus): Promise<void> {
    this.#tail = await bus.tail({
      topic: TOPICS.usage.name,
      from: 'end',
      onRecords: (records) => {
        for (const { headers, value } of records) this.note(headers['type'] ?? '', value);
      },
    });
  }

  async stop(): Promise<void> {
    await this.#tail?.stop();
  }

  /** An event of the usage topic. One that cannot be read is for metering to complain about. */
  note(type: string, value: Uint8Array): void {
    if (type !== 'AttemptFinished') return;
    let attempt: AttemptOutcome;
    try {
      attempt = readAttemptOutcome(value);
    } catch {
      return;
    }
    const { provider, model, outcome, errorCode, startedAtMs, durationMs } = attempt;
    if (NOT_COUNTED_OUTCOMES.has(outcome) || NOT_COUNTED_ERRORS.has(errorCode)) return;
    // Names that no catalogue has would grow without bound.
    if (this.#catalogue.models.get(model)?.provider !== provider) return;
    this.#window.add({
      provider,
      model,
      atMs: startedAtMs + durationMs,
      succeeded: SUCCEEDED.has(outcome),
      firstOutputMs: attempt.stream ? attempt.firstByteMs : undefined,
    });
  }

  /** A breaker of this process opened: the model is down here until it closes again. */
  breakerOpen(model: string, untilMs: number): void {
    this.#broken.set(model, untilMs);
    this.#madeAtMs = 0;
  }

  breakerClosed(model: string): void {
    if (this.#broken.delete(model)) this.#madeAtMs = 0;
  }

  snapshot(): HealthSnapshot {
    const nowMs = this.#nowMs();
    if (nowMs - this.#madeAtMs >= SNAPSHOT_MS || nowMs < this.#madeAtMs) {
      this.#madeAtMs = nowMs;
      this.#snapshot = this.#make(nowMs);
    }
    return this.#snapshot;
  }

  #make(nowMs: number): HealthSnapshot {
    const { providers, models } = this.#window.snapshot(nowMs);
    const broken: Record<string, 'down'> = {};
    for (const [model, untilMs] of this.#broken) {
      if (untilMs > nowMs) broken[model] = 'down';
      else this.#broken.delete(model);
    }
    return Object.freeze({ providers, models: { ...models, ...broken } });
  }

  /** For people: every provider that is asked about, with its models. */
  report(servable: (model: string) => boolean): object {
    const nowMs = this.#nowMs();
    const snapshot = this.snapshot();
    const models = [...this.#catalogue.models.values()].filter(({ id }) => servable(id));
    const ids = [...new Set(models.map(({ provider }) => provider))];
    return {
      object: 'provider.health',
      windowSeconds: WINDOW_MS / 1000,
      providers: ids.map((id) => ({
        provider: id,
        ...figures(this.#window.providerFigures(id, nowMs)),
        models: models
          .filter(({ provider }) => provider === id)
          .map((model) => ({
            model: model.id,
            ...figures(this.#window.modelFigures(model.id, nowMs)),
            state: healthOf(model, snapshot),
            firstOutputMsMax: firstOutputMsMax(model),
            breakerOpen: (this.#broken.get(model.id) ?? 0) > nowMs,
          })),
      })),
    };
  }
}

/** How long a model may take to its first output: its own threshold, else by what it is. */
function firstOutputMsMax(model: Model | undefined): number {
  if (model?.firstOutputMsMax !== undefined) return model.firstOutputMsMax;
  return model?.lane === 'reasoning' ? REASONING_FIRST_OUTPUT_MS_MAX : FIRST_OUTPUT_MS_MAX;
}

function figures({ state, attempts, successRate, slowShare }: HealthFigures): object {
  return { state, attempts, successRate: rounded(successRate), slowShare: rounded(slowShare) };
}

function rounded(share: number | null): number | null {
  return share === null ? null : Math.round(share * 1000) / 1000;
}
