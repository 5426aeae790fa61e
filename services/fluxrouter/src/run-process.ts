import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { createReadiness, type Readiness, startAdminServer } from '@fluxrouter/service-kit/admin';
import { readConfig } from '@fluxrouter/service-kit/config';
import { type GrpcServer, serveGrpc } from '@fluxrouter/service-kit/grpc';
import { type Stoppable, stopInOrder } from '@fluxrouter/service-kit/lifecycle';
import { createLog } from '@fluxrouter/service-kit/log';
import { createMetrics, metricsOfWorkers } from '@fluxrouter/service-kit/metrics';
import { makeBindings } from './bindings.ts';
import { withLagMetric } from './bus-metrics.ts';
import { mergeSchemas, processConfig, systemConfig } from './config.ts';
import type { ModuleContext, ModuleFile, RunningModule, SystemConfig } from './module-context.ts';
import type { ModuleEntry } from './modules.ts';
import { ensureAllTopics, openBus } from './open-bus.ts';
import type { WorkerPool } from './workers/worker-pool.ts';

export interface RunningProcess {
  readonly readiness: Readiness;
  /** Starts with what lets work in. */
  stop(): Promise<void>;
}

export interface LoadedModule extends ModuleFile {
  name: string;
  inEachWorker: boolean;
}

export const loadModules = (entries: readonly ModuleEntry[]): Promise<LoadedModule[]> =>
  Promise.all(
    entries.map(async ({ name, load, inEachWorker = false }) => ({
      ...(await load()),
      name,
      inEachWorker,
    })),
  );

/** All that a process of these modules can be set to. */
export const schemaOf = (modules: readonly LoadedModule[]) =>
  mergeSchemas([systemConfig, processConfig, ...modules.map((module) => module.schema)]);

type Environment = Readonly<Record<string, string | undefined>>;

/** Starts modules in one process, binds them to each other and to other processes. */
export async function runProcess(
  name: string,
  modules: readonly LoadedModule[],
  environment: Environment,
  { workers }: { workers?: WorkerPool } = {},
): Promise<RunningProcess> {
  const config = readConfig(schemaOf(modules), environment) as SystemConfig;
  const dataDir = resolve(config.dataDir);
  const log = createLog({ service: name, level: config.logLevel });
  const audit = createLog({ service: `${name}-audit` });
  const metrics = workers === undefined ? createMetrics(name) : metricsOfWorkers();
  const readiness = createReadiness();
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const bus = await openBus(config, dataDir, log);
  const parts: Stoppable[] = [{ name: 'bus', stop: () => bus.close() }];
  const bindings = makeBindings(config, (err) =>
    log.error({ err }, 'An answer of provider-proxy met a fault of ours'),
  );
  parts.unshift({ name: 'connections', stop: () => bindings.close() });
  const running: RunningModule[] = [];
  const startAdmin = () =>
    startAdminServer({
      host: config.adminHost,
      port: config.adminPort,
      ...(config.operatorKey && { operatorKey: config.operatorKey.reveal() }),
      ...{ log, audit, metrics, readiness },
    });
  const stopAll = async (): Promise<void> => {
    await stopInOrder(parts, { log });
  };
  let waitingFor: 'bus' | 'modules' | 'nothing' = 'bus';
  readiness.add('start', () => ({ ready: waitingFor === 'nothing', detail: { waitingFor } }));
  try {
    // First, so that who waits for Kafka lives, and says what it waits for. A worker's primary has the port.
    const admin = config.gatewayWorker > 0 ? undefined : await startAdmin();
    if (admin !== undefined) parts.push({ name: 'admin', stop: () => admin.close() });
    await ensureAllTopics(bus, config, log);
    waitingFor = 'modules';
    const context: ModuleContext = {
      config: { ...config, dataDir },
      bus: withLagMetric(bus, metrics),
      log,
      audit,
      metrics,
      need: (wanted) => bindings.need(wanted),
      isHere: (module) => modules.some((each) => each.name === module),
      reachable: (wanted) => bindings.reachable(wanted),
    };
    for (const module of modules) {
      const started = await module.start(context);
      bindings.provide(started.provides ?? {});
      if (started.check !== undefined) readiness.add(module.name, started.check);
      running.push(started);
      parts.unshift({ name: module.name, stop: () => started.stop?.() });
    }
    const onFault = (method: string, err: unknown) =>
      log.error({ method, err }, 'A call met a fault of ours');
    const server = await serve(config, running, readiness, onFault);
    if (server !== undefined) {
      parts.unshift({ name: 'grpc', stop: () => server.close(config.grpcDrainMs) });
      parts.unshift({ name: 'drain', stop: () => drain(running) });
    }
    if (workers !== undefined) readiness.add('workers', () => workers.readiness());
    admin?.serve(running.flatMap((each) => each.routes ?? []));
    waitingFor = 'nothing';
    if (admin !== undefined) log.info({ admin: admin.url }, 'Started');
  } catch (error) {
    await stopInOrder(parts, { log });
    throw error;
  }
  return { stop: stopAll, readiness };
}

/** One gRPC server for all that the modules of this process serve. */
async function serve(
  config: SystemConfig,
  running: readonly RunningModule[],
  readiness: Readiness,
  onFault: (method: string, error: unknown) => void,
): Promise<GrpcServer | undefined> {
  if (config.grpcPort === undefined) return undefined;
  return serveGrpc({
    address: `${config.grpcHost}:${config.grpcPort}`,
    token: tokenOf(config),
    services: running.flatMap(({ serves }) => (serves === undefined ? [] : [serves])),
    isServing: async () => (await readiness.report()).ready,
    onFault,
  });
}

async function drain(running: readonly RunningModule[]): Promise<void> {
  for (const module of running) module.drain?.();
}

function tokenOf(config: SystemConfig): string {
  if (config.serviceToken !== undefined) return config.serviceToken.reveal();
  throw new Error('SERVICE_TOKEN is not set: services know each other by it');
}
