import { randomBytes } from 'node:crypto';
import { pepperFromText } from '@fluxrouter/api-keys';
import type { Accounts } from '@fluxrouter/generated/accounts';
import type { AdminRoute } from '@fluxrouter/service-kit/admin';
import type { Secret } from '@fluxrouter/service-kit/config';
import type { Log } from '@fluxrouter/service-kit/log';
import type { Metrics } from '@fluxrouter/service-kit/metrics';
import { AccountLog } from './account-log.ts';
import { AccountsView } from './accounts-view.ts';
import { accountRoutes } from './http/account-routes.ts';
import { KeyTopic } from './key-topic.ts';
import { metricNames } from './metric-names.ts';
import type { AccountsBus, AccountsSources } from './ports.ts';
import { serveAccounts } from './serve-accounts.ts';

export interface AccountsDeps {
  bus: AccountsBus;
  config: { keyPepper: Secret; answerTimeoutMs: number };
  log: Log;
  metrics: Metrics;
  sources?: AccountsSources;
}

export interface AccountsModule {
  readonly api: Accounts;
  readonly routes: readonly AdminRoute[];
  isReady(): boolean;
  stop(): Promise<void>;
}

/** A view of the log that is older than this answers nobody. */
const viewAgeMsMax = 5000;

const realSources: AccountsSources = { nowMs: Date.now, randomBytes };

/** Started when it has read all of the account log and seen to it that all keys are published. */
export async function startAccounts(deps: AccountsDeps): Promise<AccountsModule> {
  const { bus, config, log, metrics, sources = realSources } = deps;
  const { answerTimeoutMs } = config;
  const onError = (err: unknown) => log.warn({ err }, 'The bus failed; it is tried again');
  const view = new AccountsView();
  const keyTopic = new KeyTopic({ bus, answerTimeoutMs, onError });
  let replayed = false;
  const accountLog = new AccountLog({
    bus,
    view,
    answerTimeoutMs,
    onError,
    // In the replay only the last state of a key counts, and it is most likely there.
    onSettled: ({ keyStates }) => {
      if (replayed) for (const state of keyStates) keyTopic.ensure(state);
    },
  });
  await keyTopic.start();
  await accountLog.start();
  replayed = true;
  for (const state of view.keyStates()) keyTopic.ensure(state);
  metrics.gauge({
    name: metricNames.accounts,
    help: 'Accounts in the view of the log',
    collect: () => view.size,
  });
  const pepper = pepperFromText(config.keyPepper.reveal());
  const api = serveAccounts({ log: accountLog, view, keyTopic, pepper, sources });
  return {
    api,
    routes: accountRoutes(api),
    isReady: () => accountLog.isFresh(viewAgeMsMax),
    async stop() {
      await accountLog.stop();
      await keyTopic.stop();
    },
  };
}
