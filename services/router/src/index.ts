export { type RouterConfig, routerConfig } from './config.ts';
export { loadRateCards, type Router, type RouterModuleNeeds, startRouter } from './module.ts';
export type { RouteQuestion } from './ports.ts';
