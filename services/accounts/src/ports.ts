import type { EventBus } from '@fluxrouter/event-bus';

/** What accounts needs of the bus: its own two topics, written and read from the start. */
export type AccountsBus = Pick<EventBus, 'append' | 'tail'>;

/** The clock and the randomness, as values. */
export interface AccountsSources {
  nowMs(): number;
  randomBytes(count: number): Uint8Array;
}
