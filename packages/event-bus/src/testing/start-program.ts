import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { eventually } from './eventually.ts';

export interface RunningProgram {
  readonly pid: number;
  /** Complete lines of its stdout so far. */
  readonly lines: readonly string[];
  waitForLine(line: string | RegExp): Promise<string>;
  signal(signal: NodeJS.Signals): void;
  /** kill -9, and everything that it had written is in `lines`. */
  kill(): Promise<void>;
  /** Waits for its own end; rejects where it fails. */
  ended(): Promise<void>;
}

/** Runs a TypeScript file in a process of its own, with one argument (as JSON). For tests. */
export function startProgram(file: URL, argument: unknown): RunningProgram {
  const child = spawn(process.execPath, [file.pathname, JSON.stringify(argument)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  const closed = Promise.all([once(child, 'exit'), once(reader, 'close')]);
  const matches = (expected: string | RegExp) =>
    lines.find((line) => (typeof expected === 'string' ? line === expected : expected.test(line)));
  return {
    pid: child.pid ?? -1,
    lines,
    async waitForLine(expected) {
      await eventually(`line ${expected}`, () => matches(expected) !== undefined);
      return matches(expected) ?? '';
    },
    signal: (signal) => void child.kill(signal),
    async kill() {
      child.kill('SIGKILL');
      await closed;
    },
    async ended() {
      const [[code, signal]] = await closed;
      if (code !== 0) throw new Error(`${file.pathname} ended with ${code ?? signal}`);
    },
  };
}

/**
 * The argument of a program that was started by `startProgram`. The program ends when whoever
 * started it is gone.
 */
export function programArgument<Argument>(): Argument {
  process.stdin.on('end', () => process.exit(1)).resume();
  (process.stdin as unknown as Socket).unref();
  return JSON.parse(process.argv[2] ?? 'null') as Argument;
}
