import type { MeteringMetrics, ReconcilerMetrics } from '@fluxrouter/metering';
import type { Metrics } from '@fluxrouter/service-kit/metrics';

const meteringMetricNames = {
  rows: 'flux_metering_rows_total',
  insertSeconds: 'flux_metering_insert_seconds',
  insertFailures: 'flux_metering_insert_failures_total',
  deadLetters: 'flux_metering_dead_letters_total',
  textsWithheld: 'flux_metering_texts_withheld_total',
  reconciledRecords: 'flux_reconcile_records_total',
  reconcileDifferences: 'flux_reconcile_differences_total',
  reconcileMissing: 'flux_reconcile_missing_records_total',
  reconcileStalled: 'flux_reconcile_stalled_partitions',
  reconcileNotShipped: 'flux_reconcile_not_shipped_events',
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

/** Alarms of the reconciler: anything but 0 in the last four is worth getting up for. */
export function reconcilerMetrics(metrics: Metrics): ReconcilerMetrics {
  const names = meteringMetricNames;
  const compared = metrics.counter({
    name: names.reconciledRecords,
    help: 'Records of the log that were looked for in ClickHouse',
  });
  const differences = metrics.counter({
    name: names.reconcileDifferences,
    help: 'Ranges of the log whose counts or sums differ from those in ClickHouse',
  });
  const missing = metrics.counter({
    name: names.reconcileMissing,
    help: 'Records of the log that are in no table of ClickHouse',
  });
  const notShipped = metrics.gauge({
    name: names.reconcileNotShipped,
    help: 'Events that a journal has numbered and that are not in the log though later ones are',
  });
  const stalled = metrics.gauge({
    name: names.reconcileStalled,
    help: 'Partitions with traffic of which nothing is inserted',
  });
  return {
    compared: (records) => compared.inc(records),
    different(records) {
      differences.inc();
      missing.inc(records);
    },
    stalled: (partitions) => stalled.set(partitions),
    notShipped: (events) => notShipped.set(events),
  };
}
