export { startAdoption } from './adopt-journals.ts';
export { type IngressConfig, ingressConfig } from './config.ts';
export { type Ingress, type IngressNeeds, startIngress } from './module.ts';
export { operatorRoutes } from './records/operator-routes.ts';
