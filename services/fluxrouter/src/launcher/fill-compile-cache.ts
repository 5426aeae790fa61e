import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { processNames } from '../modules.ts';
import { isReadyMessage } from './child-message.ts';
import { nodeFlags } from './node-flags.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const own = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Lets each process that will stay load its files once and end, so that Node caches them. */
export async function fillCompileCache({ PATH, NODE_COMPILE_CACHE }: Environment): Promise<void> {
  const env = { PATH, NODE_COMPILE_CACHE };
  const targets = processNames.map((name) =>
    runToEnd(name, own('../main.ts'), [`--target=${name}`, '--check-config'], env),
  );
  const sandbox = runToEnd('sandbox', own('../../../../sandbox-provider/src/main.ts'), [], env);
  const workers = runToEnd('workers', own('load-workers.ts'), [], env);
  await Promise.all([...targets, sandbox, workers]);
}

/** What becomes of it is of no interest: a fault shows when the process is started to stay. */
function runToEnd(name: string, entry: string, args: string[], env: Environment): Promise<void> {
  return new Promise((resolve) => {
    const child = fork(entry, args, {
      env: { ...env },
      execPath: process.execPath,
      execArgv: [...nodeFlags(name)],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child.on('message', (message) => {
      if (isReadyMessage(message)) child.kill('SIGTERM');
    });
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
}
