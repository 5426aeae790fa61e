import { AccountCommand } from '@fluxrouter/generated/accounts';
import { describe, expect, test } from 'vitest';
import { AccountsView } from './accounts-view.ts';
import { applyCommand } from './apply-command.ts';

const hash = 'a'.repeat(64);
let made = 0;

function command(body: AccountCommand['body'], commandId = `cmd_${++made}`, atMs = 1000) {
  return AccountCommand.fromPartial({ commandId, account: 'acc_1', atMs, body: body as never });
}

const accountCreated = () => command({ $case: 'accountCreated', value: { name: 'newcomer' } });
const keyCreated = (key: string, commandId?: string) =>
  command(
    { $case: 'keyCreated', value: { key, name: 'ci', keyHash: hash, display: 'sk-flux-Ab12' } },
    commandId,
  );
const keyRevoked = (key: string, atMs = 2000) =>
  command({ $case: 'keyRevoked', value: { key } }, undefined, atMs);

/** Given the commands before, when the last comes, then … */
function given(...commands: AccountCommand[]) {
  const view = new AccountsView();
  const settled = commands.map((each, index) => view.apply(each, index + 1));
  return { account: view.account('acc_1'), outcomes: settled.map((each) => each.outcome), settled };
}

describe('an account', () => {
  test('is there once it was created', () => {
    const { account, outcomes } = given(accountCreated());
    expect(outcomes).toEqual(['done']);
    expect(account).toMatchObject({ id: 'acc_1', name: 'newcomer', createdAtMs: 1000 });
  });

  test('cannot be created twice by two commands', () => {
    expect(given(accountCreated(), accountCreated()).outcomes).toEqual(['done', 'account_exists']);
  });

  test('must be there before its keys', () => {
    const { outcomes, account } = given(keyCreated('key_1'), accountCreated(), keyRevoked('key_1'));
    expect(outcomes).toEqual(['no_such_account', 'done', 'no_such_key']);
    expect(account?.keys.size).toBe(0);
  });
});

describe('a key', () => {
  test('is published as active when it is made, with the revision of its command', () => {
    const { settled } = given(accountCreated(), keyCreated('key_1'));
    const state = { keyHash: hash, key: 'key_1', account: 'acc_1', state: 'active', revision: 2 };
    expect(settled[1]?.keyStates).toEqual([{ ...state, routeUnknownModels: false }]);
  });

  test('is published as revoked with a later revision', () => {
    const { settled, account } = given(accountCreated(), keyCreated('key_1'), keyRevoked('key_1'));
    expect(settled[2]?.keyStates).toMatchObject([{ key: 'key_1', state: 'revoked', revision: 3 }]);
    expect(account?.keys.get('key_1')).toMatchObject({ createdAtMs: 1000, revokedAtMs: 2000 });
  });

  test('revoked twice stays as it was the first time', () => {
    const { settled, account } = given(
      accountCreated(),
      keyCreated('key_1'),
      keyRevoked('key_1', 2000),
      keyRevoked('key_1', 3000),
    );
    expect(settled[3]).toEqual({ outcome: 'done', keyStates: [] });
    expect(account?.keys.get('key_1')).toMatchObject({ revokedAtMs: 2000, revision: 3 });
  });
});

test('a second copy of a command changes nothing and has the first one’s outcome', () => {
  const first = keyCreated('key_1', 'cmd_same');
  const { settled, account } = given(accountCreated(), first, keyRevoked('key_1'), first);
  expect(settled[3]).toEqual({ outcome: 'done', keyStates: [] });
  expect(account?.keys.get('key_1')?.revokedAtMs).toBe(2000);
});

test('whoever reads the same prefix comes to the same state', () => {
  const commands = [
    accountCreated(),
    keyCreated('key_1'),
    keyCreated('key_2'),
    keyRevoked('key_1'),
  ];
  expect(given(...commands).account).toEqual(given(...commands).account);
});

test('applyCommand leaves what it was given as it was', () => {
  const before = given(accountCreated(), keyCreated('key_1')).account;
  const copy = structuredClone(before);
  applyCommand(before, keyRevoked('key_1'), 9);
  expect(before).toEqual(copy);
});
