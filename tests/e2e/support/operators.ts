import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningSystem, until } from '@fluxrouter/testing';
import { expect } from 'vitest';
import { send } from './http-client.ts';
import type { Reachable } from './records.ts';

/** A key with its account, as its holder has them. */
export interface Customer extends Reachable {
  readonly account: string;
  readonly keyId: string;
}

interface OperatorWishes {
  readonly body?: object;
  /** In place of the operator key; null: none. */
  readonly key?: string | null;
  /** Whose admin port; control's by default. */
  readonly at?: string;
}

/** Asks an operators' path. */
export async function operator(
  system: RunningSystem,
  method: string,
  path: string,
  { body, key = system.operatorKey, at = 'control' }: OperatorWishes = {},
) {
  const response = await fetch(`${system.adminUrls[at]}/admin/v1${path}`, {
    method,
    headers: key === null ? {} : { authorization: `Bearer ${key}` },
    ...(body && { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: JSON as an operator reads it
  return { status: response.status, body: (await response.json()) as any };
}

/** The account and the key that the launcher has made. */
export function firstCustomer({ baseUrl, key, dataDir }: RunningSystem): Customer {
  const secrets = JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8'));
  return {
    baseUrl,
    key,
    account: secrets.firstAccountCommand.replace('cmd_', 'acc_'),
    keyId: secrets.firstKeyCommand.replace('cmd_', 'key_'),
  };
}

/** A further key of an account; resolves when it works. */
export async function makeKey(
  system: RunningSystem,
  account: string,
  name: string,
): Promise<Customer> {
  const made = await operator(system, 'POST', `/accounts/${account}/keys`, { body: { name } });
  expect(made.status).toBe(201);
  const { secret: key, id: keyId } = made.body;
  const customer = { baseUrl: system.baseUrl, key, account, keyId };
  const works = async () => (await send(customer, '/v1/models')).status === 200;
  await until('the new key to work', works);
  return customer;
}

/** A new account with a key. */
export async function makeCustomer(system: RunningSystem, name: string): Promise<Customer> {
  const made = await operator(system, 'POST', '/accounts', { body: { name } });
  expect(made.status).toBe(201);
  return makeKey(system, made.body.id, `${name}-key`);
}
