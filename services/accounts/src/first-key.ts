import { generateKey, hashKey, keyPrefixForDisplay, pepperFromText } from '@fluxrouter/api-keys';
import { newId } from '@fluxrouter/events';
import type { Accounts } from '@fluxrouter/generated/accounts';
import { RpcError } from '@fluxrouter/service-kit/grpc';

/** The newcomer's account and key, made before there is an account log to put them in. */
export interface FirstKey {
  accountCommand: string;
  keyCommand: string;
  key: string;
}

type RandomBytes = (count: number) => Uint8Array;

/** New ones, and an operator's key beside them. */
export function newFirstKey(
  randomBytes: RandomBytes,
  nowMs: number,
): FirstKey & { operatorKey: string } {
  return {
    accountCommand: newId('cmd_', nowMs),
    keyCommand: newId('cmd_', nowMs),
    key: generateKey(randomBytes),
    operatorKey: generateKey(randomBytes, 'operator'),
  };
}

/**
 * Sees to it that the account and the key exist. The commands' ids are the same at every start, so
 * that a second copy changes nothing; where all is there, nothing is appended.
 */
export async function ensureFirstKey(
  accounts: Accounts,
  pepper: string,
  { accountCommand, keyCommand, key }: FirstKey,
): Promise<void> {
  const account = accountCommand.replace('cmd_', 'acc_');
  if (!(await exists(accounts.getAccount({ account })))) {
    await accounts.createAccount({ commandId: accountCommand, name: 'first' });
  }
  const { keys } = await accounts.listKeys({ account });
  if (keys.some(({ id }) => id === keyCommand.replace('cmd_', 'key_'))) return;
  await accounts.createKey({
    commandId: keyCommand,
    account,
    name: 'first',
    keyHash: hashKey(key, pepperFromText(pepper)),
    keyDisplay: keyPrefixForDisplay(key),
  });
}

async function exists(asked: Promise<unknown>): Promise<boolean> {
  try {
    await asked;
    return true;
  } catch (error) {
    if (error instanceof RpcError && error.code === 'not_found') return false;
    throw error;
  }
}
