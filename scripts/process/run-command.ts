import { type ChildProcess, spawn } from 'node:child_process';
import { repositoryRoot, toolEnvironment } from './repository.ts';

export interface Command {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Ended, with all it started, when it takes longer. */
  readonly limitSeconds: number;
  /** Its output goes straight to ours instead of into the result. */
  readonly live?: boolean;
}

export interface CommandResult {
  /** `null`: ended by a signal, or never started. */
  readonly exitCode: number | null;
  /** What it wrote to stdout and stderr; empty for a live one. */
  readonly output: string;
  readonly seconds: number;
  readonly timedOut: boolean;
}

const running = new Set<ChildProcess>();
const killGraceMs = 5_000;
let stopping = false;

export function runCommand(command: Command): Promise<CommandResult> {
  // We are about to exit: nothing begins any more.
  if (stopping) return new Promise(() => {});
  const startedAt = performance.now();
  // In a process group of its own, so that ending it ends what it started too.
  const child = spawn(command.program, command.arguments, {
    cwd: command.directory ?? repositoryRoot,
    env: { ...toolEnvironment(), ...command.environment },
    stdio: ['ignore', command.live ? 'inherit' : 'pipe', command.live ? 'inherit' : 'pipe'],
    detached: true,
  });
  running.add(child);
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  let timedOut = false;
  const limit = setTimeout(() => {
    timedOut = true;
    endGroup(child);
  }, command.limitSeconds * 1000);

  return new Promise((resolve) => {
    const finish = (exitCode: number | null, note = '') => {
      clearTimeout(limit);
      running.delete(child);
      const output = Buffer.concat(chunks).toString() + note;
      resolve({ exitCode, output, seconds: (performance.now() - startedAt) / 1000, timedOut });
    };
    child.once('error', (error) => finish(null, `${command.program}: ${error.message}\n`));
    // A grandchild that keeps the pipe open must not hold us up: 'exit', and a moment for the rest.
    child.once('exit', (exitCode) => setTimeout(() => finish(exitCode), command.live ? 0 : 50));
  });
}

/** On Ctrl-C or SIGTERM to us, everything we started ends too. */
export function endChildrenOnSignal(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      stopping = true;
      for (const child of running) endGroup(child);
      const exitWhenAlone = () => {
        if (running.size === 0) process.exit(130);
      };
      setInterval(exitWhenAlone, 20);
      setTimeout(() => process.exit(130), killGraceMs + 500);
    });
  }
}

function endGroup(child: ChildProcess): void {
  signalGroup(child, 'SIGTERM');
  setTimeout(() => signalGroup(child, 'SIGKILL'), killGraceMs).unref();
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone.
  }
}
