import type { ModuleFile } from './module-context.ts';

/** The processes of `npm start`. */
export const processNames = ['gateway', 'control', 'metering'] as const;
/** The processes of `pnpm start:services`: each service on its own. */
export const serviceNames = [
  'ingress',
  'router',
  'provider-proxy',
  'accounts',
  'metering',
  'query',
] as const;
export type ProcessName = (typeof processNames)[number];
export type ServiceName = (typeof serviceNames)[number];

export interface ModuleEntry {
  name: string;
  /** The process of `npm start` that it is a part of. */
  process?: ProcessName;
  /** Modules that must be in its process, because of what they share: an open file, loaded data. */
  with: readonly string[];
  /** Not needed where this one is. */
  inPlaceOf?: string;
  /** Each worker of a gateway (GATEWAY_WORKERS) has one of its own. */
  inEachWorker?: true;
  /** Loaded only where it is started: a gateway has no ClickHouse in its memory. */
  load(): Promise<ModuleFile>;
}

/** Every module, each after those that it needs in its own process. Stopped the other way round. */
const modules: readonly ModuleEntry[] = [
  { name: 'accounts', process: 'control', with: [], load: () => import('./modules/accounts.ts') },
  { name: 'metering', process: 'metering', with: [], load: () => import('./modules/metering.ts') },
  {
    name: 'usage-reader',
    with: [],
    inPlaceOf: 'metering',
    load: () => import('./modules/usage-reader.ts'),
  },
  {
    name: 'query',
    process: 'metering',
    with: ['usage-reader'],
    load: () => import('./modules/query.ts'),
  },
  { name: 'operators', process: 'gateway', with: [], load: () => import('./modules/operators.ts') },
  inWorkers('catalogue', [], () => import('./modules/catalogue.ts')),
  inWorkers('journal', [], () => import('./modules/journal.ts')),
  inWorkers('router', ['catalogue'], () => import('./modules/router.ts')),
  inWorkers(
    'provider-proxy',
    ['catalogue', 'journal'],
    () => import('./modules/provider-proxy.ts'),
  ),
  inWorkers('ingress', ['operators', 'catalogue', 'journal'], () => import('./modules/ingress.ts')),
];

function inWorkers(
  name: string,
  shared: readonly string[],
  load: () => Promise<ModuleFile>,
): ModuleEntry {
  return { name, process: 'gateway', with: shared, inEachWorker: true, load };
}

/** `gateway`, `router`, `metering,query`, `all`: the modules of a `--target`, in the table's order. */
export function modulesOf(target: string): ModuleEntry[] {
  const wanted = target.split(',').map((name) => name.trim());
  const known = (name: string) =>
    name === 'all' || modules.some((entry) => entry.name === name || entry.process === name);
  const unknown = wanted.filter((name) => !known(name));
  if (unknown.length > 0) throw new TargetError(unknown);
  const chosen = new Set<string>();
  const choose = (entry: ModuleEntry): void => {
    chosen.add(entry.name);
    for (const other of modules) if (entry.with.includes(other.name)) choose(other);
  };
  for (const entry of modules) {
    const { name, process } = entry;
    const ofAll = wanted.includes('all') && process !== undefined;
    if (ofAll || wanted.includes(name) || wanted.some((each) => each === process)) choose(entry);
  }
  return modules.filter(({ name, inPlaceOf = '' }) => chosen.has(name) && !chosen.has(inPlaceOf));
}

export class TargetError extends Error {
  constructor(unknown: readonly string[]) {
    const names = [...new Set(['all', ...processNames, ...modules.map((entry) => entry.name)])];
    super(`--target: there is no ${unknown.join(', ')}. There are: ${names.join(', ')}.`);
    this.name = 'TargetError';
  }
}
