import type { Target } from '../load/job.ts';

/** Where clients of either gateway send chat completions. */
export const apiPath = '/v1/chat/completions';

/** A gateway that is measured: the floor, or ours. */
export interface Subject {
  readonly name: string;
  readonly pid: number;
  /** All processes on a request's way, where it is more than one. */
  readonly pids?: readonly number[];
  target(body: string): Target;
  /** Resolves when nothing is left to do for requests that were answered. */
  settled(): Promise<void>;
}
