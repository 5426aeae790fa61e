import type { AccountCommand, KeyCreated, KeyState } from '@fluxrouter/generated/accounts';
import type { AccountKey, AccountState, CommandOutcome } from './account-state.ts';

export interface Applied {
  readonly state: AccountState | undefined;
  readonly outcome: CommandOutcome;
  /** What the world must be told: records of flux.keys.v1. */
  readonly keyStates: readonly KeyState[];
}

/**
 * The account log decides: what comes of a command is what this function says of it when it is read
 * back, in log order. Pure: whoever has read the same prefix has come to the same state.
 */
export function applyCommand(
  state: AccountState | undefined,
  command: AccountCommand,
  offset: number,
): Applied {
  const unchanged = (outcome: CommandOutcome): Applied => ({ state, outcome, keyStates: [] });
  const { body, account: id, atMs } = command;
  if (body === undefined) return unchanged('done');
  if (body.$case === 'accountCreated') {
    if (state !== undefined) return unchanged('account_exists');
    const created = { id, name: body.value.name, createdAtMs: atMs, keys: new Map() };
    return { state: created, outcome: 'done', keyStates: [] };
  }
  if (state === undefined) return unchanged('no_such_account');
  if (body.$case === 'keyCreated') {
    if (state.keys.has(body.value.key)) return unchanged('key_exists');
    return withKey(state, newKey(body.value, atMs, offset));
  }
  const key = state.keys.get(body.value.key);
  if (key === undefined) return unchanged('no_such_key');
  // Revoked twice is revoked: whoever asks has what he wants.
  if (key.revokedAtMs !== undefined) return unchanged('done');
  return withKey(state, { ...key, revokedAtMs: atMs, revision: offset });
}

const newKey = (made: KeyCreated, createdAtMs: number, revision: number): AccountKey => ({
  id: made.key,
  name: made.name,
  hash: made.keyHash,
  display: made.display,
  createdAtMs,
  revision,
});

function withKey(state: AccountState, key: AccountKey): Applied {
  const keys = new Map(state.keys).set(key.id, key);
  return { state: { ...state, keys }, outcome: 'done', keyStates: [keyState(state.id, key)] };
}

/** The whole of a key as every ingress needs it. */
export function keyState(account: string, key: AccountKey): KeyState {
  return {
    keyHash: key.hash,
    key: key.id,
    account,
    state: key.revokedAtMs === undefined ? 'active' : 'revoked',
    revision: key.revision,
    routeUnknownModels: false,
  };
}
