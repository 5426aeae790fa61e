export { calm, loseReplies, outliveTokens } from './clickhouse-faults.ts';
export { type ClickHouseProxy, startClickHouseProxy } from './clickhouse-proxy.ts';
export { type KafkaProxy, startKafkaProxy } from './kafka-proxy.ts';
export { isAlive, untilGone } from './process-life.ts';
export { type ChdbServer, startChdbServer } from './start-chdb-server.ts';
export { startClickHouse, type TestClickHouse } from './start-clickhouse.ts';
export { startKafka, type TestKafka } from './start-kafka.ts';
export { type RunningSystem, type SystemOptions, startSystem } from './start-system.ts';
export { until } from './until.ts';
