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

/** The worse of a model's own state and its provider's. */
export function healthOf(model: Model, health: HealthSnapshot): HealthState {
  const own = stateOf(health.models, model.id);
  const providers = stateOf(health.providers, model.provider);
  return ORDER[own] >= ORDER[providers] ? own : providers;
}

/** How many ranks there are; 0 is healthy. */
export const HEALTH_RANKS = 3;

export function healthRank(state: HealthState): number {
  return ORDER[state];
}

function stateOf(states: Readonly<Record<string, HealthState>>, id: string): HealthState {
  return Object.hasOwn(states, id) ? (states[id] ?? 'healthy') : 'healthy';
}
