import { accountsConfig, ensureFirstKey, startAccounts } from '@fluxrouter/accounts';
import { AccountsService } from '@fluxrouter/generated/accounts';
import type { z } from 'zod';
import type { ModuleContext, RunningModule } from '../module-context.ts';

export const schema = accountsConfig;

export async function start(context: ModuleContext): Promise<RunningModule> {
  const config = context.config as unknown as z.infer<typeof accountsConfig>;
  const { bus, log, metrics } = context;
  const accounts = await startAccounts({ bus, config, log, metrics });
  const { firstAccountCommand, firstKeyCommand, firstKey, keyPepper } = config;
  if (firstAccountCommand && firstKeyCommand && firstKey) {
    await ensureFirstKey(accounts.api, keyPepper.reveal(), {
      accountCommand: firstAccountCommand,
      keyCommand: firstKeyCommand,
      key: firstKey.reveal(),
    });
  }
  return {
    provides: { accounts: accounts.api },
    serves: { definition: AccountsService, implementation: accounts.api },
    routes: accounts.routes,
    check() {
      const logFresh = accounts.isReady();
      return { ready: logFresh, detail: { logFresh } };
    },
    stop: () => accounts.stop(),
  };
}
