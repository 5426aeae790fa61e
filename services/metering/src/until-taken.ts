import { setTimeout as sleep } from 'node:timers/promises';
import { semaphore } from './clickhouse/semaphore.ts';
import type { Log, MeteringMetrics } from './ports.ts';

/** A cut was given up because nobody may go on with it: we stop, or another owns the partition. */
export class CutAbandonedError extends Error {
  constructor() {
    super('the cut was given up: stopping, or the partition has another owner');
    this.name = 'CutAbandonedError';
  }
}

export interface RetryPolicy {
  readonly insertsMax: number;
  readonly retryMsMax: number;
}

/** @param token of the cut, for the log. */
export type UntilTaken = (
  token: string,
  isStale: () => boolean,
  write: (tries: number) => Promise<void>,
) => Promise<void>;

const RETRY_MS_MIN = 100;

/**
 * Writes the very same cut until ClickHouse has taken it: after an error nobody knows whether it is
 * in, and only the same is harmless then. While ClickHouse is away this is what pauses a partition.
 */
export function untilTaken(
  { insertsMax, retryMsMax }: RetryPolicy,
  log: Log,
  metrics: MeteringMetrics,
  stopping: AbortSignal,
): UntilTaken {
  const limited = semaphore(insertsMax);
  return async function untilTaken(token, isStale, write) {
    let retryMs = RETRY_MS_MIN;
    for (let tries = 0; ; tries++) {
      if (stopping.aborted || isStale()) throw new CutAbandonedError();
      try {
        await limited(() => write(tries));
        return;
      } catch (error) {
        metrics.insertFailed();
        log.warn({ token, retryMs, err: error }, 'ClickHouse did not take a batch');
      }
      await sleep(retryMs, undefined, { signal: stopping }).catch(() => {});
      retryMs = Math.min(2 * retryMs, retryMsMax);
    }
  };
}
