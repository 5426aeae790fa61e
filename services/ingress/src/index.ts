export { startAdoption, tellDamaged } from './adopt-journals.ts';
export { type IngressConfig, ingressConfig } from './config.ts';
export { type Ingress, type IngressNeeds, startIngress } from './module.ts';
export { recoverOrphans } from './orphans.ts';
export type { HealthPort, RouterPort } from './ports.ts';
export { operatorRoutes } from './records/operator-routes.ts';
export { routerOverGrpc } from './router-over-grpc.ts';
export { shipAll, shipEvents } from './ship-events.ts';
