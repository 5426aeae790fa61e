import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';

const timeoutMs = 300_000;

/** Runs the packages' own benchmarks, one after the other; returns how many failed. */
export async function runMicro(root: string): Promise<number> {
  let failed = 0;
  for (const script of globSync('packages/*/bench/*.ts', { cwd: root }).sort()) {
    process.stdout.write(`\n${script}\n`);
    const problem = await run(join(root, script), root);
    if (problem === null) continue;
    failed += 1;
    process.stderr.write(`${script}: ${problem}\n`);
  }
  return failed;
}

function run(script: string, root: string): Promise<string | null> {
  const child = spawn(process.execPath, ['--expose-gc', script], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(String(error)));
    child.once('exit', (code, signal) => resolve(code === 0 ? null : `ended by ${signal ?? code}`));
  });
}
