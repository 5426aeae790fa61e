/** What is known of one account: the fold of its commands, in the order of the account log. */
export interface AccountState {
  readonly id: string;
  readonly name: string;
  readonly createdAtMs: number;
  readonly keys: ReadonlyMap<string, AccountKey>;
}

export interface AccountKey {
  readonly id: string;
  readonly name: string;
  readonly hash: string;
  /** Its first characters, for people. */
  readonly display: string;
  readonly createdAtMs: number;
  /** Undefined: in force. */
  readonly revokedAtMs?: number;
  /** Of the command that changed it last: its offset. Grows with each change of the key. */
  readonly revision: number;
}

/** What came of a command: a closed list. Only `done` may have changed anything. */
export type CommandOutcome =
  | 'done'
  | 'account_exists'
  | 'no_such_account'
  | 'key_exists'
  | 'no_such_key';
