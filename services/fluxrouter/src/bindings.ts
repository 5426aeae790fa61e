import { AccountsService } from '@fluxrouter/generated/accounts';
import { QueryService } from '@fluxrouter/generated/query';
import { bindInProcess, connectGrpc, type GrpcConnection } from '@fluxrouter/service-kit/grpc';
import type { Provided, ProvidedName, SystemConfig } from './module-context.ts';

/** Who is bound to whom, and how: decided here and nowhere else. */
export interface Bindings {
  provide(what: Partial<Provided>): void;
  need<Name extends ProvidedName>(name: Name): Provided[Name];
  close(): void;
}

/** Services that can be in another process: their address and their interface. */
const remote = {
  accounts: {
    definition: AccountsService,
    address: 'accountsAddress',
    setting: 'ACCOUNTS_ADDRESS',
  },
  query: { definition: QueryService, address: 'queryAddress', setting: 'QUERY_ADDRESS' },
} as const;

/** Reads may have to look through a month of records. */
const deadlinesMs = { listRequests: 20_000, getUsage: 20_000 };

export function makeBindings(config: SystemConfig): Bindings {
  const provided: Partial<Provided> = {};
  const connections: GrpcConnection<unknown>[] = [];

  function connect(name: keyof typeof remote): Provided[keyof typeof remote] {
    const { definition, address: at, setting } = remote[name];
    const address = config[at];
    if (address === undefined) {
      throw new Error(`${name} is not in this process: set ${setting} to where it is`);
    }
    const token = config.serviceToken?.reveal();
    if (token === undefined)
      throw new Error('SERVICE_TOKEN is not set: services know each other by it');
    const connection = connectGrpc(definition as object, { address, token, deadlinesMs });
    connections.push(connection);
    return connection.api as Provided[keyof typeof remote];
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
      if (name === 'accounts' || name === 'query') return connect(name) as Provided[Name];
      throw new Error(`${name} is not in this process: add its module to --target`);
    },
    close() {
      for (const connection of connections) connection.close();
    },
  };
}
