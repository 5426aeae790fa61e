import cluster from 'node:cluster';
import { parseArgs } from 'node:util';
import type { Readiness } from '@fluxrouter/service-kit/admin';
import { ConfigError, describeConfig, readConfig } from '@fluxrouter/service-kit/config';
import { exitOnCrash, untilSignal, watchParent } from '@fluxrouter/service-kit/lifecycle';
import { createLog } from '@fluxrouter/service-kit/log';
import { workersConfig } from './config.ts';
import { exitCodes } from './exit-codes.ts';
import { modulesOf, TargetError } from './modules.ts';
import { loadModules, runProcess, schemaOf } from './run-process.ts';
import { shedStartMemory } from './shed-start-memory.ts';
import { startFailure } from './start-failure.ts';
import { startWorkerPool, type ToWorker } from './workers/worker-pool.ts';

const { values } = parseArgs({
  options: { target: { type: 'string', default: 'all' }, 'check-config': { type: 'boolean' } },
});
const name = values.target;

/** One process of FluxRouter, from its settings to its end. */
async function main(): Promise<number> {
  const stopAsked = untilSignal();
  const gone = new Promise<void>((resolve) => {
    if (process.send !== undefined) watchParent({ onGone: resolve });
  });
  const modules = await loadModules(modulesOf(name));
  if (values['check-config']) {
    const schema = schemaOf(modules);
    process.stdout.write(`${describeConfig(schema, readConfig(schema, process.env))}\n`);
    return exitCodes.ok;
  }
  const { gatewayWorkers, stopGraceMs } = readConfig(workersConfig, process.env);
  const divided = gatewayWorkers > 1 && modules.some((module) => module.name === 'ingress');
  const workers =
    divided && cluster.isPrimary
      ? startWorkerPool(gatewayWorkers, createLog({ service: name }))
      : undefined;
  const own = divided
    ? modules.filter((module) => module.inEachWorker === cluster.isWorker)
    : modules;
  const starting = runProcess(name, own, process.env, workers && { workers });
  const stopped = Promise.race([stopAsked, gone]).then(() => undefined);
  const running = await Promise.race([starting, stopped]);
  // Of a start nothing is lost: it may wait for others, and be killed, at any moment of it.
  if (running === undefined) return exitCodes.ok;
  exitOnCrash(createLog({ service: name }));
  await workers?.untilReady();
  if (cluster.isWorker) answerPrimary(running.readiness);
  shedStartMemory();
  process.send?.({ type: 'ready' });
  await stopped;
  await workers?.stop(stopGraceMs);
  await running.stop();
  return exitCodes.ok;
}

function answerPrimary(readiness: Readiness): void {
  process.on('message', (message: ToWorker) => {
    if (message.type !== 'readiness?') return;
    void readiness.report().then(({ ready }) => process.send?.({ type: 'readiness', ready }));
  });
}

try {
  process.exit(await main());
} catch (error) {
  if (error instanceof ConfigError || error instanceof TargetError) {
    process.stderr.write(`${name}: ${error.message}\n`);
    process.exit(exitCodes.config);
  }
  const { sentence, code } = startFailure(name, error);
  process.stderr.write(`${sentence}\n`);
  process.exit(code);
}
