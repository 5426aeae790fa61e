export { isAlive, untilGone } from './process-life.ts';
export { type RunningSystem, type SystemOptions, startSystem } from './start-system.ts';
export { until } from './until.ts';
