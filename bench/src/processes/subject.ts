import type { Target } from '../load/job.ts';
import { cpuMsOf } from './process-reading.ts';

/** A gateway that is measured: the floor, or ours. */
export interface Subject {
  readonly name: string;
  readonly pid: number;
  target(body: string): Target;
  /** Resolves when nothing is left to do of the requests that were answered. */
  settled(): Promise<void>;
}

/** CPU of the subject's process from before the work until it has settled, in ms. */
export async function cpuMsDuring(subject: Subject, work: () => Promise<unknown>): Promise<number> {
  const before = cpuMsOf(subject.pid);
  await work();
  await subject.settled();
  return cpuMsOf(subject.pid) - before;
}
