import type { MeteringMetrics } from './ports.ts';

/** Since the start of this process. */
export interface MeteringCounts {
  rowsInserted: number;
  batchesInserted: number;
  insertFailures: number;
  deadLetters: number;
  textsWithheld: number;
}

/** Counts, and tells the given metrics as well. */
export function countingMetrics(also?: MeteringMetrics): {
  counts: MeteringCounts;
  metrics: MeteringMetrics;
} {
  const counts: MeteringCounts = {
    rowsInserted: 0,
    batchesInserted: 0,
    insertFailures: 0,
    deadLetters: 0,
    textsWithheld: 0,
  };
  const metrics: MeteringMetrics = {
    rowsInserted(count) {
      counts.rowsInserted += count;
      also?.rowsInserted(count);
    },
    batchInserted(durationMs) {
      counts.batchesInserted += 1;
      also?.batchInserted(durationMs);
    },
    insertFailed() {
      counts.insertFailures += 1;
      also?.insertFailed();
    },
    deadLettered(reason, count) {
      counts.deadLetters += count;
      also?.deadLettered(reason, count);
    },
    textsWithheld(count) {
      counts.textsWithheld += count;
      also?.textsWithheld(count);
    },
  };
  return { counts, metrics };
}
