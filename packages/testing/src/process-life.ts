import { readFileSync } from 'node:fs';
import { until } from './until.ts';

/** Whether a process is there and has not ended: one that nobody has waited for yet is no more. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !isZombie(pid);
}

function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) === 'Z';
  } catch {
    // No /proc (macOS), or gone meanwhile: `kill` has said what there is to know.
    return false;
  }
}

/** Resolves when none of them is left; throws with those that are. */
export async function untilGone(pids: readonly number[], timeoutMs: number): Promise<void> {
  const left = () => pids.filter(isAlive);
  try {
    await until('processes to end', () => left().length === 0, { timeoutMs, everyMs: 20 });
  } catch {
    throw new Error(`still running after ${timeoutMs} ms: ${left().join(', ')}`);
  }
}
