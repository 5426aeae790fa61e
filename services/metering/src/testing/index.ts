/** For tests of what reads metering's tables: the real engine, filled by metering's own steps. */
export { type MeteredEngine, openMeteredEngine, type TestRecords } from './metered-engine.ts';
export { stopMerges } from './temporary-engine.ts';
export * from './usage-events.ts';
