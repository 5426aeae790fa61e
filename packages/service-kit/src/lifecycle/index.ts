export { exitOnCrash } from './crash-guard.ts';
export { type ParentWatchOptions, watchParent } from './parent-watch.ts';
export { type Stoppable, type StopReport, stopInOrder } from './stop-in-order.ts';
export { type StopSignal, untilSignal } from './until-signal.ts';
