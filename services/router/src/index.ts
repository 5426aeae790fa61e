export { type RouterConfig, routerConfig } from './config.ts';
export { decideOverGrpc, toolsOverGrpc } from './decide-over-grpc.ts';
export { loadRateCards, type Router, type RouterModuleNeeds, startRouter } from './module.ts';
export type { RouteQuestion } from './ports.ts';
