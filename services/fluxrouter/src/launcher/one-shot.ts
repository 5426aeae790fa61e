import { fork } from 'node:child_process';

export interface OneShotOptions {
  /** Absolute path of the script. */
  script: string;
  args?: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  /** Sent to it as its first message. */
  input?: object;
  /** Ends it before its time. */
  signal?: AbortSignal;
}

export interface OneShotEnd<Result> {
  /** Its exit code; null after a signal. */
  code: number | null;
  /** What it sent last. */
  result: Result | undefined;
}

/**
 * Runs a script to its end in a process of its own, so that what it needs (zod, HTTP) does not stay
 * in the launcher's memory for months.
 */
export function runOnce<Result>({
  script,
  args = [],
  env,
  input,
  signal,
}: OneShotOptions): Promise<OneShotEnd<Result>> {
  return new Promise((resolve, reject) => {
    const child = fork(script, [...args], {
      env: { ...env },
      execPath: process.execPath,
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let result: Result | undefined;
    child.on('message', (message) => {
      result = message as Result;
    });
    child.once('error', reject);
    const end = () => child.kill();
    signal?.addEventListener('abort', end, { once: true });
    child.once('exit', (code) => {
      signal?.removeEventListener('abort', end);
      resolve({ code, result });
    });
    if (input !== undefined) child.send(input);
  });
}
