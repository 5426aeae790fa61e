import type { ModuleFile } from './module-context.ts';

/** The processes of `npm start`. */
export const processNames = ['gateway', 'control', 'metering'] as const;
export type ProcessName = (typeof processNames)[number];

export interface ModuleEntry {
  name: string;
  /** The process of `npm start` that it is a part of. */
  process: ProcessName;
  /** Each worker of a gateway (GATEWAY_WORKERS) has one of its own. */
  inEachWorker?: true;
  /** Loaded only where it is started: a gateway has no ClickHouse in its memory. */
  load(): Promise<ModuleFile>;
}

/** Every module, each after those that it needs in its own process. Stopped the other way round. */
const modules: readonly ModuleEntry[] = [
  { name: 'accounts', process: 'control', load: () => import('./modules/accounts.ts') },
  { name: 'metering', process: 'metering', load: () => import('./modules/metering.ts') },
  { name: 'query', process: 'metering', load: () => import('./modules/query.ts') },
  { name: 'operators', process: 'gateway', load: () => import('./modules/operators.ts') },
  inWorkers('gateway-core', () => import('./modules/gateway-core.ts')),
  inWorkers('router', () => import('./modules/router.ts')),
  inWorkers('provider-proxy', () => import('./modules/provider-proxy.ts')),
  inWorkers('ingress', () => import('./modules/ingress.ts')),
];

function inWorkers(name: string, load: () => Promise<ModuleFile>): ModuleEntry {
  return { name, process: 'gateway', inEachWorker: true, load };
}

/** `gateway`, `metering,query`, `all`: the modules of a `--target`, in the table's order. */
export function modulesOf(target: string): ModuleEntry[] {
  const wanted = target.split(',').map((name) => name.trim());
  const isWanted = (entry: ModuleEntry) =>
    wanted.some((name) => name === 'all' || name === entry.name || name === entry.process);
  const known = (name: string) =>
    name === 'all' || modules.some((entry) => entry.name === name || entry.process === name);
  const unknown = wanted.filter((name) => !known(name));
  if (unknown.length > 0) throw new TargetError(unknown);
  return modules.filter(isWanted);
}

export class TargetError extends Error {
  constructor(unknown: readonly string[]) {
    const names = [...new Set(['all', ...processNames, ...modules.map((entry) => entry.name)])];
    super(`--target: there is no ${unknown.join(', ')}. There are: ${names.join(', ')}.`);
    this.name = 'TargetError';
  }
}
