export { ChdbLockedError } from './clickhouse/chdb-engine.ts';
export {
  type ClickHouse,
  type ClickHouseOptions,
  connectClickHouse,
} from './clickhouse/connect.ts';
export { type MigrateOptions, MigrationChangedError, migrate } from './clickhouse/migrate.ts';
export { type MeteringConfig, meteringConfig } from './config.ts';
export type { Log, MeteringBus, MeteringMetrics, ReconcilerMetrics } from './ports.ts';
export type { ReconcilerReport } from './reconcile/start-reconciler.ts';
export { type ChdbServer, type ServeChdbOptions, serveChdb } from './serve-chdb.ts';
export {
  type Metering,
  type MeteringParts,
  startMetering,
  usageCompleteUntil,
} from './start-metering.ts';
