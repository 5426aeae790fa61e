export { type ConnectOptions, connectGrpc, type GrpcConnection } from './connect.ts';
export {
  connectDecisions,
  type Decisions,
  type DecisionsOptions,
} from './decisions-client.ts';
export { type Decide, decisionsInProcess, serveDecisions } from './decisions-server.ts';
export { bindInProcess } from './in-process.ts';
export { maxMessageBytes } from './options.ts';
export { RpcError, type RpcErrorCode, toRpcError } from './rpc-error.ts';
export { type GrpcServer, type GrpcServerOptions, type ServedService, serveGrpc } from './serve.ts';
export type { UnaryApi } from './unary-api.ts';
