import { type ProcessEvents, type ProcessPlan, SupervisedProcess } from './supervised-process.ts';

export interface Supervisor {
  /** Resolves when each process has been ready once; rejects where one never will be. */
  allReady(): Promise<void>;
  /** Those that have not been ready yet. */
  waitingFor(): readonly string[];
  /** Of those that are ready at this moment. */
  pids(): Record<string, number>;
  renewAll(graceMs: number): void;
  /** One stage after the other; within a stage all at once. */
  stop(graceMs: number): Promise<void>;
  killNow(): void;
}

export interface SupervisorEvents {
  /** A process that was ready before has come back with another pid. */
  onReturned(name: string): void;
  onDied: ProcessEvents['onDied'];
}

export class HopelessError extends Error {
  readonly process: string;
  readonly exitCode: number | null;

  constructor(process: string, exitCode: number | null) {
    super(`${process} does not start (exit code ${exitCode}); its last words are above`);
    this.name = 'HopelessError';
    this.process = process;
    this.exitCode = exitCode;
  }
}

/** Starts the processes, keeps them running, and stops them stage by stage. */
export function supervise(
  stages: readonly (readonly ProcessPlan[])[],
  events: SupervisorEvents,
): Supervisor {
  const pids = new Map<string, number>();
  const ready = Promise.withResolvers<void>();
  const waitingFor = new Set(stages.flat().map((plan) => plan.name));
  const processEvents: ProcessEvents = {
    onReady(name, pid) {
      const isFirst = waitingFor.delete(name);
      pids.set(name, pid);
      if (isFirst) startOthers();
      if (!isFirst) events.onReturned(name);
      else if (waitingFor.size === 0) ready.resolve();
    },
    onDied(name, how, againInMs) {
      pids.delete(name);
      events.onDied(name, how, againInMs);
    },
    onHopeless: (name, code) => ready.reject(new HopelessError(name, code)),
  };
  const started = stages.map((stage) =>
    stage.map((plan) => new SupervisedProcess(plan, processEvents)),
  );
  const all = started.flat();
  const others = all.filter((each) => !each.isFirst);
  function startOthers(): void {
    if (all.some((each) => each.isFirst && waitingFor.has(each.name))) return;
    for (const each of others.splice(0)) each.start();
  }
  for (const each of all) if (each.isFirst) each.start();
  startOthers();
  return {
    allReady: () => ready.promise,
    waitingFor: () => [...waitingFor],
    pids: () => Object.fromEntries(pids),
    renewAll: (graceMs) => {
      for (const each of all) each.renew(graceMs);
    },
    async stop(graceMs) {
      for (const stage of started) await Promise.all(stage.map((each) => each.stop(graceMs)));
    },
    killNow: () => {
      for (const each of all) each.killNow();
    },
  };
}
