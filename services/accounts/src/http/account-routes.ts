import type { Account, Accounts, Key } from '@fluxrouter/generated/accounts';
import type { AdminAnswer, AdminRequest, AdminRoute } from '@fluxrouter/service-kit/admin';
import { RpcError, type RpcErrorCode } from '@fluxrouter/service-kit/grpc';

/** Operators' paths for accounts and keys, on control's admin port. */
export function accountRoutes(accounts: Accounts): AdminRoute[] {
  const base = '/admin/v1/accounts';
  const route = (method: AdminRoute['method'], path: string, handle: Handle): AdminRoute => ({
    method,
    path,
    handle: (request) => handle(request).catch(refused),
  });
  return [
    route('POST', base, async ({ body }) => {
      const { account } = await accounts.createAccount({ commandId: '', name: nameIn(body) });
      return { status: 201, body: accountJson(account) };
    }),
    route('GET', `${base}/:account`, async ({ params }) => {
      const { account } = await accounts.getAccount({ account: params['account'] ?? '' });
      return { status: 200, body: accountJson(account) };
    }),
    route('POST', `${base}/:account/keys`, async ({ params, body }) => {
      const account = params['account'] ?? '';
      const made = await accounts.createKey({
        commandId: '',
        account,
        name: nameIn(body),
        keyHash: '',
        keyDisplay: '',
      });
      return { status: 201, body: { ...keyJson(made.key), secret: made.secret } };
    }),
    route('GET', `${base}/:account/keys`, async ({ params }) => {
      const { keys } = await accounts.listKeys({ account: params['account'] ?? '' });
      return { status: 200, body: { data: keys.map(keyJson) } };
    }),
    route('DELETE', `${base}/:account/keys/:key`, async ({ params }) => {
      const { account = '', key = '' } = params;
      const revoked = await accounts.revokeKey({ commandId: '', account, key });
      const record = { partition: revoked.partition, offset: revoked.offset.toString() };
      return { status: 200, body: { ...keyJson(revoked.key), record } };
    }),
  ];
}

type Handle = (request: AdminRequest) => Promise<AdminAnswer>;

function nameIn(body: unknown): string {
  const name = typeof body === 'object' && body !== null && 'name' in body ? body.name : undefined;
  if (typeof name === 'string') return name;
  throw new RpcError('invalid_argument', 'name must be text');
}

const statusOf: Partial<Record<RpcErrorCode, number>> = {
  invalid_argument: 400,
  not_found: 404,
  already_exists: 409,
  unavailable: 503,
  deadline_exceeded: 504,
};

function refused(thrown: unknown): AdminAnswer {
  if (!(thrown instanceof RpcError)) throw thrown;
  const status = statusOf[thrown.code] ?? 500;
  return { status, body: { error: { code: thrown.code, message: thrown.message } } };
}

const time = (ms: number) => (ms === 0 ? null : new Date(ms).toISOString());

const accountJson = (account: Account | undefined) =>
  account && { id: account.id, name: account.name, createdAt: time(account.createdAtMs) };

const keyJson = (key: Key | undefined) =>
  key && {
    id: key.id,
    account: key.account,
    name: key.name,
    display: key.display,
    state: key.state,
    createdAt: time(key.createdAtMs),
    revokedAt: time(key.revokedAtMs),
  };
