import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeFlags } from './node-flags.ts';
import type { PortWish } from './ports.ts';
import type { ReadyFile } from './ready-file.ts';
import type { Secrets } from './secrets.ts';
import type { LauncherSettings } from './settings.ts';
import type { ProcessPlan } from './supervised-process.ts';

export const loopback = '127.0.0.1';

/** By what each is for. */
export type Ports = Readonly<Record<string, number>>;

/** What runs, and where it can be reached. */
export interface SystemPlan {
  /** The ports that are wanted, and the setting that each comes from. */
  portWishes(settings: LauncherSettings): Record<string, PortWish>;
  /** Stage by stage in the order of stopping: who lets requests in goes first. */
  processStages(
    settings: LauncherSettings,
    ports: Ports,
    secrets: Secrets,
    environment: Environment,
  ): ProcessPlan[][];
  /** What scripts are told, but for the pids and the first request. */
  readyFacts(settings: LauncherSettings, ports: Ports, secrets: Secrets): Omit<ReadyFile, 'pids'>;
}

/** `npm start`: three processes. */
export const oneMachinePlan: SystemPlan = { portWishes, processStages, readyFacts };

function portWishes(settings: LauncherSettings): Record<string, PortWish> {
  const { host, port, adminHost, adminPort } = settings;
  const admin = (offset: number) => ({
    setting: 'ADMIN_PORT',
    host: adminHost,
    port: adminPort === 0 ? 0 : adminPort + offset,
  });
  const free = { setting: 'none', host: loopback, port: 0 };
  return {
    api: { setting: 'PORT', host, port },
    gatewayAdmin: admin(0),
    controlAdmin: admin(1),
    meteringAdmin: admin(2),
    accounts: free,
    query: free,
    sandbox: free,
  };
}

export const own = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const sandboxEntry = own('../../../../sandbox-provider/src/main.ts');

export type Environment = Readonly<Record<string, string | undefined>>;

function processStages(
  settings: LauncherSettings,
  ports: Ports,
  secrets: Secrets,
  environment: Environment,
): ProcessPlan[][] {
  const shared = {
    ...withoutProviderKeys(environment),
    DATA_DIR: settings.dataDir,
    PORT: String(ports['api']),
    SERVICE_TOKEN: secrets.serviceToken,
    OPERATOR_KEY: secrets.operatorKey,
    ACCOUNTS_ADDRESSES: `${loopback}:${ports['accounts']}`,
    QUERY_ADDRESSES: `${loopback}:${ports['query']}`,
    GRPC_HOST: loopback,
    SANDBOX_URL: settings.sandbox
      ? `http://${loopback}:${ports['sandbox']}`
      : environment['SANDBOX_URL'],
  };
  const target = (name: string, adminPort: number | undefined, env: Environment): ProcessPlan => ({
    name,
    entry: own('../main.ts'),
    args: [`--target=${name}`],
    nodeFlags: nodeFlags(name),
    env: { ...shared, ...env, ADMIN_PORT: String(adminPort) },
  });
  const gateway = target('gateway', ports['gatewayAdmin'], {
    ...environment,
    ...shared,
    KEY_PEPPER: secrets.keyPepper,
  });
  const control = target('control', ports['controlAdmin'], {
    GRPC_PORT: String(ports['accounts']),
    KEY_PEPPER: secrets.keyPepper,
    FIRST_ACCOUNT_COMMAND: secrets.firstAccountCommand,
    FIRST_KEY_COMMAND: secrets.firstKeyCommand,
    FIRST_KEY: secrets.firstKey,
  });
  const metering = target('metering', ports['meteringAdmin'], {
    GRPC_PORT: String(ports['query']),
  });
  return [[gateway], [control, metering, ...sandboxPlan(settings, ports, environment)]];
}

/** The sandbox provider, where it is wanted. */
export function sandboxPlan(
  settings: LauncherSettings,
  ports: Ports,
  environment: Environment,
): ProcessPlan[] {
  if (!settings.sandbox) return [];
  const plan: ProcessPlan = {
    name: 'sandbox',
    entry: sandboxEntry,
    args: [],
    nodeFlags: nodeFlags('sandbox'),
    // It plays the outside world: it gets nothing of ours.
    env: {
      PATH: environment['PATH'],
      NODE_COMPILE_CACHE: environment['NODE_COMPILE_CACHE'],
      SANDBOX_HOST: loopback,
      SANDBOX_PORT: String(ports['sandbox']),
      SANDBOX_BOOK: join(settings.dataDir, 'sandbox-book.jsonl'),
    },
  };
  return [plan];
}

/** Only who calls providers has their keys. */
export function withoutProviderKeys(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !name.endsWith('_API_KEY')),
  );
}

function readyFacts(
  settings: LauncherSettings,
  ports: Ports,
  secrets: Secrets,
): Omit<ReadyFile, 'pids'> {
  const at = urlOf;
  return {
    baseUrl: at(settings.host, ports['api']),
    key: secrets.firstKey,
    operatorKey: secrets.operatorKey,
    adminUrls: {
      gateway: at(settings.adminHost, ports['gatewayAdmin']),
      control: at(settings.adminHost, ports['controlAdmin']),
      metering: at(settings.adminHost, ports['meteringAdmin']),
    },
  };
}

/** Of a server that listens there. */
export const urlOf = (host: string, port: number | undefined) =>
  `http://${reachable(host)}:${port}`;

/** An address that listens on all interfaces is reached by loopback from here. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
