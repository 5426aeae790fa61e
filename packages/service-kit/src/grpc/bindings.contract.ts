import {
  type Accounts,
  AccountsService,
  CreateKeyRequest,
  Key,
} from '@fluxrouter/generated/accounts';
import {
  ListRequestsRequest,
  type Query,
  QueryService,
  RequestRecord,
} from '@fluxrouter/generated/query';
import { afterEach, describe, expect, test } from 'vitest';
import { RpcError, type RpcErrorCode } from './rpc-error.ts';
import type { UnaryApi } from './unary-api.ts';

export interface Binding {
  bind<D extends object>(definition: D, implementation: UnaryApi<D>): Promise<UnaryApi<D>>;
  close(): Promise<void>;
}

const record = RequestRecord.fromPartial({
  id: 'req_01',
  costPicoUsd: 18_446_744_073_709_551_615n,
  directCostPicoUsd: 0n,
  receivedAtMs: 1_763_700_000_123,
  savingsPermille: -41,
  usage: { input: 0, output: 12, source: 'provider' },
  attempts: [{ provider: 'openai', firstByteMs: 0, accepted: true }],
  reasons: ['lane:daily'],
});

const query: Query = {
  getRequest: async ({ id }) => ({ record: id === record.id ? record : undefined }),
  findRequests: async ({ any, limit }) => ({
    records: Array.from({ length: limit }, (_, n) => RequestRecord.fromPartial({ id: any + n })),
  }),
  listRequests: async () => {
    throw new TypeError('a prompt may be quoted here');
  },
  getUsage: async ({ account }) => {
    throw new RpcError(account as RpcErrorCode, `for ${account}`);
  },
};

const never = async () => {
  throw new RpcError('unimplemented', 'not in this test');
};

const accounts: Accounts = {
  createAccount: never,
  getAccount: never,
  listKeys: never,
  revokeKey: never,
  createKey: async ({ account, name }) => ({
    key: Key.fromPartial({ account, name, state: 'active' }),
    secret: 'sk-flux-1',
  }),
};

const codes: RpcErrorCode[] = [
  'cancelled',
  'invalid_argument',
  'deadline_exceeded',
  'not_found',
  'already_exists',
  'permission_denied',
  'resource_exhausted',
  'failed_precondition',
  'unimplemented',
  'internal',
  'unavailable',
  'unauthenticated',
];

/** What a caller may rely on, whichever way a service is bound. */
export function describeBindings(name: string, makeBinding: () => Promise<Binding>): void {
  describe(`${name}: a bound service`, () => {
    let binding: Binding | undefined;
    const bound = async <D extends object>(definition: D, implementation: UnaryApi<D>) => {
      binding = await makeBinding();
      return binding.bind(definition, implementation);
    };
    afterEach(async () => {
      await binding?.close();
      binding = undefined;
    });

    test('answers with every value as it was: 64 bit, negative, zero, absent', async () => {
      const api: Query = await bound(QueryService, query);
      expect(await api.getRequest({ account: '', id: 'req_01' })).toEqual({ record });
      expect(await api.getRequest({ account: '', id: 'req_02' })).toEqual({ record: undefined });
    });

    test('gives each of many callers its own answer', async () => {
      const api: Query = await bound(QueryService, query);
      const found = await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          api.findRequests({ account: '', any: `${n}-`, limit: n }),
        ),
      );
      found.forEach(({ records }, n) => {
        expect(records.map((each) => each.id)).toEqual(
          Array.from({ length: n }, (_, index) => `${n}-${index}`),
        );
      });
    });

    test('serves another service just the same', async () => {
      const api: Accounts = await bound(AccountsService, accounts);
      const made = await api.createKey(
        CreateKeyRequest.fromPartial({ account: 'acc_1', name: 'ci' }),
      );
      expect(made.key).toMatchObject({ account: 'acc_1', name: 'ci', state: 'active' });
      expect(made.secret).toBe('sk-flux-1');
    });

    test.each(codes)('an error of the closed list arrives as it was thrown: %s', async (code) => {
      const api: Query = await bound(QueryService, query);
      const asked = api.getUsage({
        account: code,
        fromMs: 0,
        toMs: 1,
        granularity: 'day',
        groupBy: [],
        tz: '',
      });
      const error = await asked.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(RpcError);
      expect(error).toMatchObject({ code, message: `for ${code}` });
    });

    test('a fault is `internal` and says nothing of its inside', async () => {
      const api: Query = await bound(QueryService, query);
      const asked = api.listRequests(ListRequestsRequest.fromPartial({}));
      const error = await asked.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'internal', message: 'the service failed' });
    });
  });
}
