import { setTimeout as sleep } from 'node:timers/promises';
import { semaphore } from './clickhouse/semaphore.ts';
import type { Table } from './clickhouse/tables.ts';
import type { Log, MeteringMetrics } from './ports.ts';

/** The insert was given up because nobody may go on with it: we stop, or another owns the partition. */
export class InsertAbandonedError extends Error {
  constructor() {
    super('the insert was given up: stopping, or the partition has another owner');
    this.name = 'InsertAbandonedError';
  }
}

export interface InsertPolicy {
  readonly insertsMax: number;
  readonly retryMsMax: number;
}

const RETRY_MS_MIN = 100;

/**
 * Inserts the very same rows under the very same token until ClickHouse has taken them: after an
 * error nobody knows whether they are in, and only the same insert is harmless then. While
 * ClickHouse is away this is what pauses a partition.
 */
export function insertUntilTaken(
  { insertsMax, retryMsMax }: InsertPolicy,
  log: Log,
  metrics: MeteringMetrics,
  stopping: AbortSignal,
) {
  const limited = semaphore(insertsMax);
  return async function insert<Row>(
    table: Table<Row>,
    rows: readonly Row[],
    token: string,
    isStale: () => boolean,
  ): Promise<void> {
    for (let retryMs = RETRY_MS_MIN; ; retryMs = Math.min(retryMs * 2, retryMsMax)) {
      if (stopping.aborted || isStale()) throw new InsertAbandonedError();
      try {
        await limited(() => table.insert(rows, token));
        return;
      } catch (error) {
        metrics.insertFailed();
        log.warn(
          { token, rows: rows.length, retryMs, err: error },
          'ClickHouse did not take a batch',
        );
        await sleep(retryMs, undefined, { signal: stopping }).catch(() => {});
      }
    }
  };
}
