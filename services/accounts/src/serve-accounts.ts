import type { KeyObject } from 'node:crypto';
import { generateKey, hashKey, keyPrefixForDisplay } from '@fluxrouter/api-keys';
import { newId, operationalText } from '@fluxrouter/events';
import type {
  Account,
  AccountCommand,
  Accounts,
  CreateKeyRequest,
  CreateKeyResponse,
  Key,
} from '@fluxrouter/generated/accounts';
import { RpcError, type RpcErrorCode } from '@fluxrouter/service-kit/grpc';
import type { AccountLog } from './account-log.ts';
import type { AccountKey, AccountState, CommandOutcome } from './account-state.ts';
import type { AccountsView } from './accounts-view.ts';
import type { KeyTopic } from './key-topic.ts';
import type { AccountsSources } from './ports.ts';

export interface ServeAccountsDeps {
  log: AccountLog;
  view: AccountsView;
  keyTopic: KeyTopic;
  pepper: KeyObject;
  sources: AccountsSources;
}

/** The service's interface, as callers see it in process and over gRPC. */
export function serveAccounts(deps: ServeAccountsDeps): Accounts {
  const { view, keyTopic, sources } = deps;
  const run = async (account: string, commandId: string, body: AccountCommand['body']) => {
    const { outcome } = await deps.log.run({ commandId, account, atMs: sources.nowMs(), body });
    if (outcome !== 'done') throw new RpcError(...refusals[outcome]);
  };
  return {
    async createAccount({ commandId: given, name }) {
      const commandId = checkedCommandId(given, sources);
      const id = idOf('acc_', commandId);
      await run(id, commandId, { $case: 'accountCreated', value: { name: checkedName(name) } });
      return { account: accountMessage(existing(view, id)) };
    },
    async getAccount({ account }) {
      return { account: accountMessage(existing(view, account)) };
    },
    createKey: (request) => createKey(deps, run, request),
    async revokeKey({ commandId: given, account, key: id }) {
      existingKey(existing(view, account), id);
      const commandId = checkedCommandId(given, sources);
      await run(account, commandId, { $case: 'keyRevoked', value: { key: id } });
      const key = existingKey(existing(view, account), id);
      const { partition, offset } = await keyTopic.position(key.hash, key.revision);
      return { key: keyMessage(account, key), partition, offset };
    },
    async listKeys({ account }) {
      const { keys } = existing(view, account);
      return { keys: [...keys.values()].map((key) => keyMessage(account, key)) };
    },
  };
}

type Run = (account: string, commandId: string, body: AccountCommand['body']) => Promise<void>;

/** A key is shown to the one who made it, once; the log and everything after it have its hash. */
async function createKey(
  { view, keyTopic, pepper, sources }: ServeAccountsDeps,
  run: Run,
  request: CreateKeyRequest,
): Promise<CreateKeyResponse> {
  const { account } = request;
  existing(view, account);
  const commandId = checkedCommandId(request.commandId, sources);
  const made = request.keyHash === '' ? generateKey(sources.randomBytes) : '';
  const hash = made === '' ? checkedHash(request.keyHash) : hashKey(made, pepper);
  const display = made === '' ? request.keyDisplay : keyPrefixForDisplay(made);
  const value = {
    key: idOf('key_', commandId),
    name: checkedName(request.name),
    keyHash: hash,
    display: operationalText(display) ?? '',
  };
  await run(account, commandId, { $case: 'keyCreated', value });
  const key = existingKey(existing(view, account), value.key);
  if (key.hash !== hash) {
    throw new RpcError(
      'already_exists',
      `${commandId} has made ${key.id} before; its secret was shown then`,
    );
  }
  await keyTopic.position(key.hash, key.revision);
  return { key: keyMessage(account, key), secret: made };
}

const commandIdPattern = /^cmd_[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

function checkedCommandId(given: string, { nowMs }: AccountsSources): string {
  if (given === '') return newId('cmd_', nowMs());
  if (commandIdPattern.test(given)) return given;
  throw new RpcError('invalid_argument', 'command_id must be cmd_ and a ULID');
}

/**
 * What a command makes has the command's own ULID: a second copy of it has the same id, goes to the
 * same partition and changes nothing.
 */
const idOf = (prefix: 'acc_' | 'key_', commandId: string) =>
  prefix + commandId.slice('cmd_'.length);

function checkedName(name: string): string {
  const text = operationalText(name);
  if (text !== null) return text;
  throw new RpcError('invalid_argument', 'name must match [A-Za-z0-9._:/@-]{1,128}');
}

function checkedHash(hash: string): string {
  if (/^[0-9a-f]{64}$/.test(hash)) return hash;
  throw new RpcError('invalid_argument', 'key_hash must be 64 hex digits');
}

function existing(view: AccountsView, id: string): AccountState {
  const account = view.account(id);
  if (account !== undefined) return account;
  throw new RpcError('not_found', 'there is no such account');
}

function existingKey(account: AccountState, id: string): AccountKey {
  const key = account.keys.get(id);
  if (key !== undefined) return key;
  throw new RpcError('not_found', 'the account has no such key');
}

const refusals: Record<Exclude<CommandOutcome, 'done'>, [RpcErrorCode, string]> = {
  account_exists: ['already_exists', 'the account exists'],
  key_exists: ['already_exists', 'the key exists'],
  no_such_account: ['not_found', 'there is no such account'],
  no_such_key: ['not_found', 'the account has no such key'],
};

const accountMessage = ({ id, name, createdAtMs }: AccountState): Account => ({
  id,
  name,
  createdAtMs,
});

const keyMessage = (account: string, key: AccountKey): Key => ({
  id: key.id,
  account,
  name: key.name,
  display: key.display,
  state: key.revokedAtMs === undefined ? 'active' : 'revoked',
  createdAtMs: key.createdAtMs,
  revokedAtMs: key.revokedAtMs ?? 0,
});
