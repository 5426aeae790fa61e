import { join } from 'node:path';
import { type ServiceName, serviceNames } from '../modules.ts';
import { nodeFlags } from './node-flags.ts';
import type { PortWish } from './ports.ts';
import type { ReadyFile } from './ready-file.ts';
import type { Secrets } from './secrets.ts';
import type { LauncherSettings } from './settings.ts';
import type { ProcessPlan } from './supervised-process.ts';
import {
  type Environment,
  loopback,
  own,
  type Ports,
  type SystemPlan,
  sandboxPlan,
  urlOf,
  withoutProviderKeys,
} from './system-plan.ts';

/** `pnpm start:services`: each service in a process of its own, or in several side by side. */
export const servicesPlan: SystemPlan = { portWishes, processStages, readyFacts };

interface Instance {
  readonly service: ServiceName;
  /** From 1. */
  readonly number: number;
  /** `router`, `router-2`, … */
  readonly name: string;
}

function instancesOf(service: ServiceName, settings: LauncherSettings): Instance[] {
  // One process at a time may have the engine's directory open.
  const single = service === 'metering' && !settings.clickhouseServer;
  return Array.from({ length: single ? 1 : settings.replicas }, (_, index) => ({
    service,
    number: index + 1,
    name: index === 0 ? service : `${service}-${index + 1}`,
  }));
}

const allInstances = (settings: LauncherSettings) =>
  serviceNames.flatMap((service) => instancesOf(service, settings));

/** The first three as `npm start` has them: gateway, control and metering. */
const adminOrder: readonly ServiceName[] = [
  'ingress',
  'accounts',
  'metering',
  'router',
  'provider-proxy',
  'query',
];
const ADMIN_PORTS_A_SET = 10;
const API_PORT_STEP = 10;

function portWishes(settings: LauncherSettings): Record<string, PortWish> {
  const free = { setting: 'none', host: loopback, port: 0 };
  const wishes: Record<string, PortWish> = { sandbox: free, 'metering chdb': free };
  if (settings.bus === 'local-kafka') wishes['kafka'] = free;
  const step = (base: number, offset: number) => (base === 0 ? 0 : base + offset);
  for (const { service, number, name } of allInstances(settings)) {
    const others = number - 1;
    const adminOffset = adminOrder.indexOf(service) + others * ADMIN_PORTS_A_SET;
    wishes[`${name} admin`] = {
      setting: 'ADMIN_PORT',
      host: settings.adminHost,
      port: step(settings.adminPort, adminOffset),
    };
    wishes[`${name} grpc`] = free;
    if (service !== 'ingress') continue;
    const port = step(settings.port, others * API_PORT_STEP);
    wishes[`${name} api`] = { setting: 'PORT', host: settings.host, port };
  }
  return wishes;
}

function processStages(
  settings: LauncherSettings,
  ports: Ports,
  secrets: Secrets,
  environment: Environment,
): ProcessPlan[][] {
  const addresses = (service: ServiceName) =>
    instancesOf(service, settings)
      .map(({ name }) => `${loopback}:${ports[`${name} grpc`]}`)
      .join(',');
  const sandboxUrl = settings.sandbox
    ? `http://${loopback}:${ports['sandbox']}`
    : environment['SANDBOX_URL'];
  const shared = {
    ...withoutProviderKeys(environment),
    DATA_DIR: settings.dataDir,
    SERVICE_TOKEN: secrets.serviceToken,
    OPERATOR_KEY: secrets.operatorKey,
    GRPC_HOST: loopback,
    ...(settings.bus === 'local-kafka' && { KAFKA_BROKERS: `${loopback}:${ports['kafka']}` }),
  };
  // Each gets what it needs of secrets and addresses, and no more.
  const needs: Record<ServiceName, Environment> = {
    ingress: {
      KEY_PEPPER: secrets.keyPepper,
      ROUTER_ADDRESSES: addresses('router'),
      PROVIDER_PROXY_ADDRESSES: addresses('provider-proxy'),
      QUERY_ADDRESSES: addresses('query'),
      SERVABLE_PROVIDERS: settings.providers.join(','),
    },
    router: { SERVABLE_PROVIDERS: settings.providers.join(',') },
    'provider-proxy': { ...environment, ...shared, SANDBOX_URL: sandboxUrl },
    accounts: {
      KEY_PEPPER: secrets.keyPepper,
      FIRST_ACCOUNT_COMMAND: secrets.firstAccountCommand,
      FIRST_KEY_COMMAND: secrets.firstKeyCommand,
      FIRST_KEY: secrets.firstKey,
    },
    metering: settings.clickhouseServer ? {} : { CHDB_HTTP_PORT: String(ports['metering chdb']) },
    query: settings.clickhouseServer
      ? {}
      : {
          CLICKHOUSE_URL: `http://flux:${secrets.serviceToken}@${loopback}:${ports['metering chdb']}`,
        },
  };
  const plans = (service: ServiceName) =>
    instancesOf(service, settings).map((instance) =>
      processPlan(instance, ports, { ...shared, ...needs[service] }),
    );
  return [
    plans('ingress'),
    [...plans('router'), ...plans('provider-proxy')],
    [...plans('query'), ...plans('accounts'), ...plans('metering')],
    sandboxPlan(settings, ports, environment),
    kafkaPlan(settings, ports, environment),
  ].filter((stage) => stage.length > 0);
}

/** A Kafka on this machine, where none is given. It goes last: what is shipped at the end reaches it. */
function kafkaPlan(settings: LauncherSettings, ports: Ports, { PATH, HOME }: Environment) {
  if (settings.bus !== 'local-kafka') return [];
  const directory = join(settings.dataDir, 'kafka');
  const plan: ProcessPlan = {
    name: 'kafka',
    entry: own('run-kafka.ts'),
    args: ['--directory', directory, '--port', String(ports['kafka'])],
    first: true,
    nodeFlags: nodeFlags('kafka'),
    env: { PATH, HOME },
  };
  return [plan];
}

function processPlan({ service, name }: Instance, ports: Ports, env: Environment): ProcessPlan {
  return {
    name,
    entry: own('../main.ts'),
    args: [`--target=${service}`],
    nodeFlags: nodeFlags(service),
    env: {
      ...env,
      ADMIN_PORT: String(ports[`${name} admin`]),
      ...(service === 'ingress'
        ? { PORT: String(ports[`${name} api`]) }
        : { GRPC_PORT: String(ports[`${name} grpc`]) }),
      JOURNAL_NAME: name,
    },
  };
}

/** The same facts as of `npm start`, under its names too: scripts need not know which form runs. */
function readyFacts(
  settings: LauncherSettings,
  ports: Ports,
  secrets: Secrets,
): Omit<ReadyFile, 'pids'> {
  const { host, adminHost } = settings;
  const adminUrl = (name: string) => urlOf(adminHost, ports[`${name} admin`]);
  const baseUrls = instancesOf('ingress', settings).map(({ name }) =>
    urlOf(host, ports[`${name} api`]),
  );
  return {
    baseUrl: baseUrls[0] ?? '',
    baseUrls,
    key: secrets.firstKey,
    operatorKey: secrets.operatorKey,
    adminUrls: {
      gateway: adminUrl('ingress'),
      control: adminUrl('accounts'),
      ...Object.fromEntries(allInstances(settings).map(({ name }) => [name, adminUrl(name)])),
    },
  };
}
