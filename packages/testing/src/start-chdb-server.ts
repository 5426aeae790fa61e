import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '@fluxrouter/local-kafka';

/** ClickHouse's engine behind its HTTP interface, as a child process that ends with ours. */
export interface ChdbServer {
  /** With user and password, for CLICKHOUSE_URL; the same for all of its life. */
  readonly url: string;
  readonly pid: number | undefined;
  /** SIGSTOP, SIGCONT. */
  signal(signal: NodeJS.Signals): void;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** After `kill`: the same data, the same port. Resolves when it answers. */
  start(): Promise<void>;
  /** SIGTERM, and SIGKILL after 30 s. Resolves when it is gone. */
  stop(): Promise<void>;
}

const program = fileURLToPath(
  new URL('../../../services/metering/src/testing/chdb-server.ts', import.meta.url),
);
const password = 'of-the-tests';
const readyMs = 60_000;
const stopGraceMs = 30_000;

/** @param directory of the engine's data; what is there from before is kept. */
export async function startChdbServer(directory: string): Promise<ChdbServer> {
  const port = await freePort();
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    if (child !== undefined) throw new Error('this server is running already');
    const started = spawn(process.execPath, [program, directory, String(port), password], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = started;
    started.once('exit', () => {
      if (child === started) child = undefined;
    });
    const ended = once(started, 'exit').then(([code, signal]) => {
      throw new Error(`the ClickHouse server ended (${signal ?? code})`);
    });
    const late = AbortSignal.timeout(readyMs);
    try {
      await Promise.race([once(started.stdout, 'data', { signal: late }), ended]);
    } catch (error) {
      started.kill('SIGKILL');
      throw error;
    }
    ended.catch(() => {});
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child;
    if (ending === undefined) return;
    const gone = once(ending, 'exit');
    ending.kill(signal);
    const killing = setTimeout(() => ending.kill('SIGKILL'), stopGraceMs);
    await gone;
    clearTimeout(killing);
  }

  await start();
  return {
    url: `http://flux:${password}@127.0.0.1:${port}`,
    get pid() {
      return child?.pid;
    },
    signal: (signal) => void child?.kill(signal),
    kill: () => end('SIGKILL'),
    start,
    stop: () => end('SIGTERM'),
  };
}
