export { type IngressConfig, ingressConfig } from './config.ts';
export { type Ingress, type IngressNeeds, startIngress } from './module.ts';
export type { HealthPort, RouterPort } from './ports.ts';
export { operatorRoutes } from './records/operator-routes.ts';
export { routerOverGrpc } from './router-over-grpc.ts';
