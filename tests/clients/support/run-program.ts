import { spawn } from 'node:child_process';

export interface ProgramResult {
  readonly status: number | null;
  readonly out: string;
  readonly said: string;
}

/** Runs a client to its end in a directory, with these variables and no others but PATH. */
export function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env, limitMs = 100_000 }: { cwd: string; env: Record<string, string>; limitMs?: number },
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limitMs,
      killSignal: 'SIGKILL',
    });
    let out = '';
    let said = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, out, said }));
  });
}
