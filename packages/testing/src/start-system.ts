import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAlive, untilGone } from './process-life.ts';
import { until } from './until.ts';

export interface SystemOptions {
  /** Settings; those of this process's environment do not get in, least of all provider keys. */
  env?: Readonly<Record<string, string>>;
  /** Kept at the end. Without it: a directory of its own, removed at the end. */
  dataDir?: string;
  /** `npm start` or `pnpm start:services`; what FLUX_FORM says by default. */
  form?: SystemForm;
  /** Arguments of the launcher, such as --watch. */
  args?: readonly string[];
  readyTimeoutMs?: number;
}

/** A system as `npm start` runs it. */
export interface RunningSystem {
  readonly baseUrl: string;
  /** Of each ingress. */
  readonly baseUrls: readonly string[];
  readonly key: string;
  readonly operatorKey: string;
  /** Of gateway, control and metering. */
  readonly adminUrls: Readonly<Record<string, string>>;
  readonly firstRequestId: string | undefined;
  readonly dataDir: string;
  /** Of the launcher, gateway, control, metering and sandbox: those that are ready now. */
  pids(): Record<string, number>;
  /** Returns the pid that was killed. */
  kill(name: string, signal?: NodeJS.Signals): number;
  /** Resolves with the new pid when the process is ready again. */
  restartOf(name: string, pidBefore: number, timeoutMs?: number): Promise<number>;
  /** What the launcher has printed: the newcomer's screen. */
  screen(): string;
  /** What the launcher and its processes have said on stderr since all were ready. */
  said(): string;
  /** Resolves with the launcher's exit code when it has ended by itself. */
  ended(): Promise<number | null>;
  /** SIGTERM; fails where a process is left after it. */
  stop(): Promise<void>;
}

interface ReadyFile {
  baseUrl: string;
  baseUrls?: string[];
  key: string;
  operatorKey: string;
  adminUrls: Record<string, string>;
  pids: Record<string, number>;
  firstRequestId?: string;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const launcher = join(root, 'services/fluxrouter/src/launcher/main.ts');
/** `services`: with the log in DATA_DIR as the bus; `services-kafka`: with a Kafka of its own. */
export type SystemForm = 'one-machine' | 'services' | 'services-kafka';

/** `FLUX_FORM`: which form of the system the tests run against. */
const formArgs: Readonly<Record<SystemForm, readonly string[]>> = {
  'one-machine': [],
  services: ['--services'],
  'services-kafka': ['--services'],
};
const envOf: Readonly<Record<SystemForm, Readonly<Record<string, string>>>> = {
  'one-machine': { LOCAL_KAFKA: 'off' },
  services: { LOCAL_KAFKA: 'off' },
  // On two busy cores Kafka was seen to answer nobody for more than 5 s: then all requests are refused.
  'services-kafka': { LOCAL_KAFKA: 'on', KEY_VIEW_AGE: '60s' },
};
/** The process of `pnpm start:services` that does what tests know by its name in `npm start`. */
const sameRole = { gateway: 'ingress', control: 'accounts' } as const;

/** Kafka is fetched and formatted first. A busy machine takes many times what one at rest does. */
const readyTimeoutsMs: Readonly<Record<SystemForm, number>> = {
  'one-machine': 60_000,
  services: 120_000,
  'services-kafka': 280_000,
};
const stopTimeoutMs = 45_000;

/** Starts everything on free ports and waits until it is ready. */
export async function startSystem(options: SystemOptions = {}): Promise<RunningSystem> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'flux-system-'));
  const form = options.form ?? (process.env['FLUX_FORM'] as SystemForm) ?? 'one-machine';
  if (!Object.hasOwn(formArgs, form))
    throw new Error(`FLUX_FORM: ${Object.keys(formArgs).join(' or ')}`);
  const child = spawn(process.execPath, [launcher, ...formArgs[form], ...(options.args ?? [])], {
    env: environment(dataDir, {
      ...envOf[form],
      ...options.env,
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const screen = collect(child.stdout);
  const said = collect(child.stderr);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const read = () => readReady(dataDir, child.pid);
  const cleanUp = () => {
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
  };
  let ready: ReadyFile;
  try {
    ready = await untilReady(read, child, options.readyTimeoutMs ?? readyTimeoutsMs[form]);
  } catch (error) {
    if (child.exitCode === null) child.kill('SIGTERM');
    await ended;
    cleanUp();
    throw new Error(`${(error as Error).message}\n${said()}`);
  }
  const pids = () => {
    const found: Record<string, number> = { ...read()?.pids };
    for (const [role, service] of Object.entries(sameRole)) {
      const pid = found[service];
      if (pid !== undefined) found[role] = pid;
    }
    return found;
  };
  const seen = new Set(Object.values(ready.pids));
  const saidBefore = said();
  return {
    ...ready,
    baseUrls: ready.baseUrls ?? [ready.baseUrl],
    firstRequestId: ready.firstRequestId,
    dataDir,
    pids,
    screen,
    said: () => said().replace(saidBefore, ''),
    ended: () => ended,
    kill(name, signal = 'SIGKILL') {
      const pid = pids()[name];
      if (pid === undefined) throw new Error(`there is no ${name} to kill`);
      process.kill(pid, signal);
      return pid;
    },
    async restartOf(name, pidBefore, timeoutMs = 90_000) {
      const again = () => {
        const pid = pids()[name];
        return pid !== undefined && pid !== pidBefore && pid;
      };
      const pid = await until(`${name} to be ready again`, again, { timeoutMs });
      seen.add(pid);
      return pid;
    },
    async stop() {
      for (const pid of Object.values(pids())) seen.add(pid);
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
      try {
        await untilGone([...seen], stopTimeoutMs);
      } finally {
        for (const pid of seen) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
        cleanUp();
      }
    },
  };
}

function environment(dataDir: string, env: Readonly<Record<string, string>>) {
  const { PATH, HOME, TMPDIR } = process.env;
  return {
    PATH,
    HOME,
    TMPDIR,
    NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node-compile'),
    DATA_DIR: dataDir,
    PORT: '0',
    ADMIN_PORT: '0',
    ...env,
  };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text = (text + chunk).slice(-1_000_000);
  });
  return () => text;
}

function untilReady(read: () => ReadyFile | undefined, child: ChildProcess, timeoutMs: number) {
  const ask = () => {
    if (child.exitCode !== null)
      throw new Error(`the launcher ended (exit code ${child.exitCode})`);
    return read();
  };
  return until('the system to be ready', ask, { timeoutMs });
}

/** Only what the launcher of this run has written counts. */
function readReady(dataDir: string, launcherPid: number | undefined): ReadyFile | undefined {
  try {
    const ready = JSON.parse(readFileSync(join(dataDir, 'ready.json'), 'utf8')) as ReadyFile;
    return ready.pids['launcher'] === launcherPid ? ready : undefined;
  } catch {
    return undefined;
  }
}
