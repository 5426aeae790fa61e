import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const startTimeoutMs = 20_000;
const stopGraceMs = 10_000;

export interface ChildOptions {
  /** Relative to `bench/src`. */
  readonly entry: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeFlags?: readonly string[];
}

/** What a process of the benchmark says when it can be used. */
interface ReadyMessage {
  readonly type: 'ready';
  readonly url?: string;
}

/** A process that the benchmark started; it ends by `stop`, or when the benchmark does. */
export class Child {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Where it listens. */
  readonly url: string;
  readonly startedInMs: number;

  private constructor(process: ChildProcess, url: string, startedInMs: number) {
    this.process = process;
    this.pid = process.pid ?? 0;
    this.url = url;
    this.startedInMs = startedInMs;
  }

  static async start({ entry, env = {}, nodeFlags = [] }: ChildOptions): Promise<Child> {
    const startedAt = performance.now();
    const started = fork(fileURLToPath(new URL(`../${entry}`, import.meta.url)), [], {
      env: { PATH: process.env['PATH'], ...env },
      execArgv: [...nodeFlags],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const url = await new Promise<string>((resolve, reject) => {
      const timeout = setTimeout(() => {
        started.kill('SIGKILL');
        reject(new Error(`${entry} was not ready within ${startTimeoutMs} ms`));
      }, startTimeoutMs);
      started.once('exit', (code) => reject(new Error(`${entry} ended with exit code ${code}`)));
      started.on('message', (message: ReadyMessage) => {
        if (message.type !== 'ready') return;
        clearTimeout(timeout);
        started.removeAllListeners('exit');
        resolve(message.url ?? '');
      });
    });
    return new Child(started, url, performance.now() - startedAt);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => this.process.once('exit', () => resolve()));
    this.process.kill('SIGTERM');
    const killing = setTimeout(() => this.process.kill('SIGKILL'), stopGraceMs);
    await ended;
    clearTimeout(killing);
  }
}
