import { spawnSync } from 'node:child_process';

/** What a suite may need beside Node, and how to ask this machine for it. */
const probes = {
  java: () => runs('java', '-version'),
  maven: () => runs('mvn', '--version'),
  chromium: () => runs('chromium', '--version') || runs('chromium-browser', '--version'),
  docker: () => runs('docker', 'info'),
  // A broker of packages/testing: a container, or Java with the jars that Maven fetches.
  kafka: () => isHere('docker') || (isHere('java') && isHere('maven')),
} as const;

export type Engine = keyof typeof probes;

export const engineNames = Object.keys(probes) as Engine[];

export const isEngine = (name: string): name is Engine => Object.hasOwn(probes, name);

const known = new Map<Engine, boolean>();

export function isHere(engine: Engine): boolean {
  const answer = known.get(engine) ?? probes[engine]();
  known.set(engine, answer);
  return answer;
}

/** A container engine is never demanded: CI has none. */
export const canBeDemanded = (engine: Engine) => engine !== 'docker';

function runs(program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore', timeout: 15_000 }).status === 0;
}
