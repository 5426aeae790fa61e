export { type AttemptsOptions, connectAttempts } from './attempts/attempts-client.ts';
export { type AttemptsService, serveAttempts } from './attempts/attempts-server.ts';
export { type ConnectOptions, connectGrpc, type GrpcConnection } from './connect.ts';
export {
  connectDecisions,
  type Decisions,
  type DecisionsOptions,
} from './decisions-client.ts';
export {
  type Decide,
  type DecisionsService,
  type DecisionTools,
  decisionsInProcess,
  serveDecisions,
} from './decisions-server.ts';
export type { PeerAddresses, PeerConnection } from './frame-peers.ts';
export { bindInProcess } from './in-process.ts';
export { maxMessageBytes } from './options.ts';
export { RpcError, type RpcErrorCode, toRpcError } from './rpc-error.ts';
export { type GrpcServer, type GrpcServerOptions, type ServedService, serveGrpc } from './serve.ts';
export type { UnaryApi } from './unary-api.ts';
