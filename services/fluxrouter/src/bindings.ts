import { AccountsService } from '@fluxrouter/generated/accounts';
import { QueryService } from '@fluxrouter/generated/query';
import { RouterService } from '@fluxrouter/generated/router';
import { routerOverGrpc } from '@fluxrouter/ingress';
import {
  bindInProcess,
  connectAttempts,
  connectDecisions,
  connectGrpc,
} from '@fluxrouter/service-kit/grpc';
import type { Provided, ProvidedName, SystemConfig } from './module-context.ts';

/** Who is bound to whom, and how: decided here and nowhere else. */
export interface Bindings {
  provide(what: Partial<Provided>): void;
  need<Name extends ProvidedName>(name: Name): Provided[Name];
  reachable(name: ProvidedName): boolean;
  close(): void;
}

interface Remote<Api> {
  api: Api;
  reachable(): boolean;
  close(): void;
}

type RemoteName = 'accounts' | 'query' | 'router' | 'providerProxy';

/** The settings that say where those services are that can be in other processes. */
const addressSettings = {
  accounts: ['accountsAddresses', 'ACCOUNTS_ADDRESSES'],
  query: ['queryAddresses', 'QUERY_ADDRESSES'],
  router: ['routerAddresses', 'ROUTER_ADDRESSES'],
  providerProxy: ['providerProxyAddresses', 'PROVIDER_PROXY_ADDRESSES'],
} as const satisfies Record<RemoteName, readonly [keyof SystemConfig, string]>;

const isRemoteName = (name: ProvidedName): name is RemoteName =>
  Object.hasOwn(addressSettings, name);

/** Reads may have to look through a month of records. */
const deadlinesMs = { listRequests: 20_000, getUsage: 20_000 };

export function makeBindings(
  config: SystemConfig,
  onFault: (thrown: unknown) => void = () => {},
): Bindings {
  const provided: Partial<Provided> = {};
  const remotes = new Map<ProvidedName, Remote<Provided[RemoteName]>>();

  function connect(name: RemoteName): Remote<Provided[RemoteName]> {
    const [key, setting] = addressSettings[name];
    const addresses = config[key];
    if (addresses === undefined) {
      throw new Error(`${name} is not in this process: set ${setting} to where it is`);
    }
    const token = config.serviceToken?.reveal();
    if (token === undefined)
      throw new Error('SERVICE_TOKEN is not set: services know each other by it');
    const peers = { addresses, token, waitMs: config.peerWaitMs };
    switch (name) {
      case 'router': {
        const { api, up, close } = connectDecisions(peers);
        const tools = connectGrpc(RouterService, { addresses, token });
        return {
          api: routerOverGrpc(api, tools.api),
          reachable: () => up() > 0,
          close() {
            close();
            tools.close();
          },
        };
      }
      case 'providerProxy': {
        const creditBytes = config.attemptCreditBytes;
        const { api, up, close } = connectAttempts({ ...peers, creditBytes, onFault });
        return { api, reachable: () => up() > 0, close };
      }
      default: {
        const definition = name === 'query' ? QueryService : AccountsService;
        const connection = connectGrpc(definition, { addresses, token, deadlinesMs });
        const { api, connected, close } = connection;
        return { api: api as Provided['query'], reachable: connected, close };
      }
    }
  }

  return {
    provide(what) {
      Object.assign(provided, what);
      if (what.accounts) provided.accounts = bindInProcess(AccountsService, what.accounts);
      if (what.query) provided.query = bindInProcess(QueryService, what.query);
    },
    need<Name extends ProvidedName>(name: Name): Provided[Name] {
      const here = provided[name];
      if (here !== undefined) return here;
      if (!isRemoteName(name))
        throw new Error(`${name} is not in this process: add its module to --target`);
      let remote = remotes.get(name);
      if (remote === undefined) {
        remote = connect(name);
        remotes.set(name, remote);
      }
      return remote.api as Provided[Name];
    },
    reachable: (name) => provided[name] !== undefined || remotes.get(name)?.reachable() === true,
    close() {
      for (const remote of remotes.values()) remote.close();
    },
  };
}
