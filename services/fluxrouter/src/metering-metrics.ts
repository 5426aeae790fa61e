import type { MeteringMetrics } from '@fluxrouter/metering';
import type { Metrics } from '@fluxrouter/service-kit/metrics';

export const meteringMetricNames = {
  rows: 'flux_metering_rows_total',
  insertSeconds: 'flux_metering_insert_seconds',
  insertFailures: 'flux_metering_insert_failures_total',
  deadLetters: 'flux_metering_dead_letters_total',
  lagRecords: 'flux_metering_lag_records',
  textsWithheld: 'flux_metering_texts_withheld_total',
} as const;

/** What metering counts, as Prometheus sees it. */
export function meteringMetrics(metrics: Metrics): MeteringMetrics {
  const names = meteringMetricNames;
  const rows = metrics.counter({ name: names.rows, help: 'Rows in ClickHouse for good' });
  const inserts = metrics.histogram({
    name: names.insertSeconds,
    help: 'Time of an insert',
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10],
  });
  const failures = metrics.counter({
    name: names.insertFailures,
    help: 'Inserts that ClickHouse did not take; each is tried again',
  });
  const dead = metrics.counter({
    name: names.deadLetters,
    help: 'Records that could not be made into rows',
    labels: ['reason'],
  });
  const withheld = metrics.counter({
    name: names.textsWithheld,
    help: 'Texts that may not be stored and were left out',
  });
  return {
    rowsInserted: (count) => rows.inc(count),
    batchInserted: (durationMs) => inserts.observe(durationMs / 1000),
    insertFailed: () => failures.inc(),
    deadLettered: (reason, count) => dead.inc({ reason }, count),
    textsWithheld: (count) => withheld.inc(count),
  };
}
