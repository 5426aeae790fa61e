export * from './admin/index.ts';
export * from './config/index.ts';
export * from './grpc/index.ts';
export * from './lifecycle/index.ts';
export * from './log.ts';
export * from './metrics.ts';
export { secretMatcher } from './same-secret.ts';
