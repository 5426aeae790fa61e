import { spawnSync } from 'node:child_process';

let answer: boolean | undefined;

/** Whether a container engine answers here: then engines are containers, else they run beside us. */
export function dockerAnswers(): boolean {
  answer ??= spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 15_000 }).status === 0;
  return answer;
}
