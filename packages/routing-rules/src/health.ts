import type { Model } from '@fluxrouter/catalogue';

export type HealthState = 'healthy' | 'degraded' | 'down';

/** What was known of providers and models when a decision was made. What is not named is healthy. */
export interface HealthSnapshot {
  readonly providers: Readonly<Record<string, HealthState>>;
  /** By catalogue id. */
  readonly models: Readonly<Record<string, HealthState>>;
}

export const ALL_HEALTHY: HealthSnapshot = Object.freeze({
  providers: Object.freeze({}),
  models: Object.freeze({}),
});

const ORDER: Readonly<Record<HealthState, number>> = { healthy: 0, degraded: 1, down: 2 };

/** A model's own state where it is known, else its provider's: one model's trouble is not that of its neighbours. */
export function healthOf(model: Model, health: HealthSnapshot): HealthState {
  return stateOf(health.models, model.id) ?? stateOf(health.providers, model.provider) ?? 'healthy';
}

/** How many ranks there are; 0 is healthy. */
export const HEALTH_RANKS = 3;

export function healthRank(state: HealthState): number {
  return ORDER[state];
}

function stateOf(
  states: Readonly<Record<string, HealthState>>,
  id: string,
): HealthState | undefined {
  // Nearly always nothing: asked first, it is the cheaper question.
  const state = states[id];
  return state !== undefined && Object.hasOwn(states, id) ? state : undefined;
}
