import { parseArgs } from 'node:util';
import { ConfigError, describeConfig, readConfig } from '@fluxrouter/service-kit/config';
import { exitOnCrash, untilSignal, watchParent } from '@fluxrouter/service-kit/lifecycle';
import { createLog } from '@fluxrouter/service-kit/log';
import { exitCodes } from './exit-codes.ts';
import { modulesOf, TargetError } from './modules.ts';
import { loadModules, runProcess, schemaOf } from './run-process.ts';
import { startFailure } from './start-failure.ts';

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
  const running = await runProcess(name, modules, process.env);
  exitOnCrash(createLog({ service: name }));
  process.send?.({ type: 'ready' });
  await Promise.race([stopAsked, gone]);
  await running.stop();
  return exitCodes.ok;
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
