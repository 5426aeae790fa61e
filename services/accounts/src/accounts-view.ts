import type { AccountCommand, KeyState } from '@fluxrouter/generated/accounts';
import type { AccountState, CommandOutcome } from './account-state.ts';
import { applyCommand, keyState } from './apply-command.ts';

export interface Settled {
  readonly outcome: CommandOutcome;
  readonly keyStates: readonly KeyState[];
}

/**
 * All accounts of the partitions that are read, and what came of each command. A second copy of a
 * command changes nothing and has the first one's outcome.
 */
export class AccountsView {
  readonly #accounts = new Map<string, AccountState>();
  readonly #outcomes = new Map<string, CommandOutcome>();

  account(id: string): AccountState | undefined {
    return this.#accounts.get(id);
  }

  get size(): number {
    return this.#accounts.size;
  }

  apply(command: AccountCommand, offset: number): Settled {
    const before = this.#outcomes.get(command.commandId);
    if (before !== undefined) return { outcome: before, keyStates: [] };
    const { state, outcome, keyStates } = applyCommand(
      this.#accounts.get(command.account),
      command,
      offset,
    );
    if (state !== undefined) this.#accounts.set(command.account, state);
    this.#outcomes.set(command.commandId, outcome);
    return { outcome, keyStates };
  }

  /** The state of every key, as it should stand in flux.keys.v1. */
  *keyStates(): Generator<KeyState> {
    for (const account of this.#accounts.values()) {
      for (const key of account.keys.values()) yield keyState(account.id, key);
    }
  }
}
