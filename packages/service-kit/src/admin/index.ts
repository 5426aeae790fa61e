export {
  type Check,
  createReadiness,
  type Readiness,
  type ReadinessCheck,
  type ReadinessReport,
} from '../readiness.ts';
export type { AdminAnswer, AdminRequest, AdminRoute } from './routes.ts';
export { type AdminServer, type AdminServerOptions, startAdminServer } from './server.ts';
