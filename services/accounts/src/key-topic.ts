import type { RecordPosition, Tail } from '@fluxrouter/event-bus';
import { TOPICS } from '@fluxrouter/events';
import { KeyState } from '@fluxrouter/generated/accounts';
import { RpcError } from '@fluxrouter/service-kit/grpc';
import type { AccountsBus } from './ports.ts';

const keyStateType = 'KeyState';

interface Published extends RecordPosition {
  revision: number;
}

interface Waiter {
  revision: number;
  resolve(position: RecordPosition): void;
}

export interface KeyTopicOptions {
  bus: AccountsBus;
  answerTimeoutMs: number;
  onError(error: unknown): void;
}

const retryMs = 200;

/**
 * Sees to it that flux.keys.v1 holds the latest state of every key, at least once. It knows what is
 * there by reading it, so what a crash left out between a command and its key record is made up for
 * at the next start; readers keep the highest revision, so a second copy is harmless.
 */
export class KeyTopic {
  readonly #bus: AccountsBus;
  readonly #answerTimeoutMs: number;
  readonly #onError: (error: unknown) => void;
  readonly #published = new Map<string, Published>();
  readonly #wanted = new Map<string, KeyState>();
  readonly #waiters = new Map<string, Set<Waiter>>();
  #tail: Tail | undefined;
  #writing: Promise<void> | undefined;
  #stopped = false;

  constructor({ bus, answerTimeoutMs, onError }: KeyTopicOptions) {
    this.#bus = bus;
    this.#answerTimeoutMs = answerTimeoutMs;
    this.#onError = onError;
  }

  /** Resolves when all that was in the topic is known. */
  async start(): Promise<void> {
    this.#tail = await this.#bus.tail({
      topic: TOPICS.keys.name,
      from: 'start',
      onError: this.#onError,
      onRecords: (records) => {
        for (const { headers, value, partition, offset } of records) {
          if (headers['type'] !== keyStateType) continue;
          const { keyHash, revision } = KeyState.decode(value);
          this.#note(keyHash, { revision, partition, offset });
        }
      },
    });
    await this.#tail.caughtUp();
  }

  /** Publishes the state unless it, or a later one, is there. Nothing is written before `start`. */
  ensure(state: KeyState): void {
    if (this.#isThere(state.keyHash, state.revision)) return;
    const wanted = this.#wanted.get(state.keyHash);
    if (wanted !== undefined && wanted.revision >= state.revision) return;
    this.#wanted.set(state.keyHash, state);
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Where the key's state of that revision, or a later one, stands in the topic. */
  async position(keyHash: string, revision: number): Promise<RecordPosition> {
    const there = this.#published.get(keyHash);
    if (there !== undefined && there.revision >= revision) return there;
    const { promise, resolve, reject } = Promise.withResolvers<RecordPosition>();
    const waiters = this.#waiters.get(keyHash) ?? new Set();
    const waiter = { revision, resolve };
    this.#waiters.set(keyHash, waiters.add(waiter));
    const timer = setTimeout(() => {
      waiters.delete(waiter);
      reject(new RpcError('unavailable', 'done, but not published to the gateways yet'));
    }, this.#answerTimeoutMs);
    return promise.finally(() => clearTimeout(timer));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#writing;
    await this.#tail?.stop();
  }

  #isThere(keyHash: string, revision: number): boolean {
    return (this.#published.get(keyHash)?.revision ?? -1) >= revision;
  }

  async #write(): Promise<void> {
    await Promise.resolve();
    while (this.#wanted.size > 0 && !this.#stopped) {
      const batch = [...this.#wanted.values()];
      try {
        const positions = await this.#bus.append(TOPICS.keys.name, batch.map(toRecord));
        for (const [index, state] of batch.entries()) {
          const position = positions[index];
          if (position !== undefined)
            this.#note(state.keyHash, { ...position, revision: state.revision });
        }
      } catch (error) {
        this.#onError(error);
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }

  #note(keyHash: string, published: Published): void {
    if (this.#isThere(keyHash, published.revision)) return;
    this.#published.set(keyHash, published);
    const wanted = this.#wanted.get(keyHash);
    if (wanted !== undefined && wanted.revision <= published.revision) this.#wanted.delete(keyHash);
    const waiters = this.#waiters.get(keyHash) ?? new Set();
    for (const waiter of waiters) {
      if (waiter.revision > published.revision) continue;
      waiters.delete(waiter);
      waiter.resolve(published);
    }
    if (waiters.size === 0) this.#waiters.delete(keyHash);
  }
}

const toRecord = (state: KeyState) => ({
  key: state.keyHash,
  value: KeyState.encode(state).finish(),
  headers: { type: keyStateType, version: '1' },
});
