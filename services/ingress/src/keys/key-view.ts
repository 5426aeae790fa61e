import type { KeyObject } from 'node:crypto';
import { hashKey, isWellFormedKey } from '@fluxrouter/api-keys';
import type { EventBus, Tail } from '@fluxrouter/event-bus';
import { TOPICS } from '@fluxrouter/events';
import { KeyState } from '@fluxrouter/generated/accounts';

/** Who asks, as the key says. */
export interface Caller {
  readonly account: string;
  readonly key: string;
  readonly routeUnknownModels: boolean;
}

/** Keys seen lately, by their secret, so that a request costs no HMAC. Emptied on each revocation. */
const SEEN_KEYS_MAX = 10_000;

/** This ingress' copy of the key state, replayed from `flux.keys.v1` and kept up with it. */
export class KeyView {
  readonly #pepper: KeyObject;
  readonly #onRevoked: (key: string) => void;
  readonly #byHash = new Map<string, KeyState>();
  readonly #seen = new Map<string, Caller>();
  #tail: Tail | null = null;

  constructor(pepper: KeyObject, onRevoked: (key: string) => void) {
    this.#pepper = pepper;
    this.#onRevoked = onRevoked;
  }

  /** Resolves when all that was in the topic at this moment has been applied. */
  async start(bus: EventBus): Promise<void> {
    this.#tail = await bus.tail({
      topic: TOPICS.keys.name,
      from: 'start',
      onRecords: (records) => {
        for (const { headers, value } of records) {
          if (headers['type'] === 'KeyState') this.apply(KeyState.decode(value));
        }
      },
    });
    await this.#tail.caughtUp();
  }

  apply(state: KeyState): void {
    const known = this.#byHash.get(state.keyHash);
    if (known !== undefined && known.revision >= state.revision) return;
    this.#byHash.set(state.keyHash, state);
    if (known === undefined) return;
    this.#seen.clear();
    if (known.state === 'active' && state.state !== 'active') this.#onRevoked(state.key);
  }

  /** @returns null for a key that is not one, or not in force. */
  find(secret: string): Caller | null {
    const seen = this.#seen.get(secret);
    if (seen !== undefined) return seen;
    if (!isWellFormedKey(secret)) return null;
    const state = this.#byHash.get(hashKey(secret, this.#pepper));
    if (state?.state !== 'active') return null;
    const caller: Caller = {
      account: state.account,
      key: state.key,
      routeUnknownModels: state.routeUnknownModels,
    };
    if (this.#seen.size >= SEEN_KEYS_MAX) this.#seen.clear();
    this.#seen.set(secret, caller);
    return caller;
  }

  /** False where the view has not kept up with the log for longer than `maxAgeMs`. */
  isFresh(maxAgeMs: number): boolean {
    return this.#tail?.isFresh(maxAgeMs) ?? false;
  }

  async stop(): Promise<void> {
    await this.#tail?.stop();
  }
}
