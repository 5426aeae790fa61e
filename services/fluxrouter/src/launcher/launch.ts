import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { untilSignal, watchParent } from '@fluxrouter/service-kit/lifecycle';
import { exitCodes } from '../exit-codes.ts';
import { openDataDir } from './data-dir.ts';
import { DataDirError } from './data-dir-error.ts';
import { runOnce } from './one-shot.ts';
import { choosePorts, PortInUseError } from './ports.ts';
import { runOnFreePorts } from './run-on-free-ports.ts';
import { runSystem } from './run-system.ts';
import { removeFile } from './secret-file.ts';
import { keepSecrets } from './secrets.ts';
import { servicesPlan } from './services-plan.ts';
import type { LauncherSettings } from './settings.ts';
import { HopelessError } from './supervisor.ts';
import { oneMachinePlan } from './system-plan.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** From `npm start` to its end. Resolves with the exit code. */
export async function launch(args: readonly string[], env: Environment): Promise<number> {
  const parent = process.ppid;
  const prepared = await runOnce<LauncherSettings>({ script: script('prepare.ts'), args, env });
  const settings = prepared.result;
  if (settings === undefined) return prepared.code ?? exitCodes.fault;
  const stopAsked = untilStopAsked(settings.watchParent ? parent : undefined);
  try {
    const lock = openDataDir(settings.dataDir);
    try {
      const readyFile = join(settings.dataDir, 'ready.json');
      // One that a killed run has left behind.
      removeFile(readyFile);
      const secretsFile = join(settings.dataDir, 'secrets.json');
      const secrets = { ...keepSecrets(secretsFile, settings.fresh), ...settings.given };
      const plan = settings.services ? servicesPlan : oneMachinePlan;
      const system = { settings, plan, secrets, secretsFile, readyFile, env, stopAsked, say };
      const watchSources = args.includes('--watch');
      await runOnFreePorts(
        () => choosePorts(plan.portWishes(settings)),
        (ports) => runSystem({ ...system, ports, watchSources }),
        say,
      );
      return exitCodes.ok;
    } finally {
      lock.release();
    }
  } catch (error) {
    const code = exitCodeOf(error);
    if (code === undefined) throw error;
    say((error as Error).message);
    return code;
  }
}

function exitCodeOf(error: unknown): number | undefined {
  if (error instanceof DataDirError) {
    return error.locked ? exitCodes.locked : exitCodes.cannotCreate;
  }
  if (error instanceof PortInUseError) return exitCodes.unavailable;
  if (error instanceof HopelessError) return error.exitCode ?? exitCodes.fault;
  return undefined;
}

/** A signal, or the end of the parent. */
function untilStopAsked(parent: number | undefined): Promise<string> {
  const signal = untilSignal();
  if (parent === undefined) return signal;
  const gone = new Promise<string>((resolve) => {
    watchParent({ parent, onGone: () => resolve('the end of the parent process') });
  });
  return Promise.race([signal, gone]);
}

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
