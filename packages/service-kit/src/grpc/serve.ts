import {
  type handleBidiStreamingCall,
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type UntypedHandleCall,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { healthDefinition, healthService } from './health.ts';
import { serverOptions } from './options.ts';
import { type RpcError, toGrpcStatus, toRpcError } from './rpc-error.ts';
import { tokenCheck } from './service-token.ts';
import { callOf, unaryMethods } from './unary-api.ts';

export type StreamHandler = handleBidiStreamingCall<never, never>;

export interface ServedService {
  /** A generated definition: `QueryService`. */
  definition: object;
  /** Its promise interface: `Query`. */
  implementation: object;
  /** Adapters of its bidirectional streams, by name: `{ decisions: serveDecisions(decide) }`. */
  streams?: Readonly<Record<string, StreamHandler>>;
}

export interface GrpcServerOptions {
  /** host:port; port 0 for a free one. */
  address: string;
  token: string;
  services: readonly ServedService[];
  isServing?: () => boolean | Promise<boolean>;
  /** Told of faults, which callers see as `internal` only. */
  onFault?: (method: string, thrown: unknown) => void;
}

export interface GrpcServer {
  /** host:port, with the real port. */
  readonly address: string;
  /** Lets running calls end, for so long; then cuts them. */
  close(graceMs?: number): Promise<void>;
}

/** Serves promise interfaces by real gRPC, behind the service token. */
export async function serveGrpc(options: GrpcServerOptions): Promise<GrpcServer> {
  const server = new Server(serverOptions);
  const check = tokenCheck(options.token);
  let closing = false;
  for (const service of options.services) {
    const handlers = serviceHandlers(service, check, options.onFault ?? (() => {}));
    server.addService(service.definition as ServiceDefinition, handlers);
  }
  const isServing = async () => !closing && ((await options.isServing?.()) ?? true);
  server.addService(healthDefinition, healthService(isServing));
  const port = await bind(server, options.address);
  const host = options.address.slice(0, options.address.lastIndexOf(':'));
  return {
    address: `${host}:${port}`,
    close(graceMs = 2000) {
      closing = true;
      return close(server, graceMs);
    },
  };
}

type Check = ReturnType<typeof tokenCheck>;

function serviceHandlers(
  service: ServedService,
  check: Check,
  onFault: (m: string, e: unknown) => void,
) {
  const handlers: UntypedServiceImplementation = {};
  for (const [name, method] of unaryMethods(service.definition)) {
    const call = callOf(service.implementation, name);
    const handle: handleUnaryCall<unknown, unknown> = (request, answer) => {
      const cancelled = new AbortController();
      const run = async () => {
        check(request.metadata);
        request.on('cancelled', () => cancelled.abort());
        return call(request.request, cancelled.signal);
      };
      run().then(
        (response) => answer(null, response),
        (thrown: unknown) => {
          const error = toRpcError(thrown);
          // What a call that nobody waits for meets is no fault.
          if (error !== thrown && !cancelled.signal.aborted) onFault(method.path, thrown);
          answer(toGrpcStatus(error));
        },
      );
    };
    handlers[name] = handle;
  }
  for (const [name, handle] of Object.entries(service.streams ?? {})) {
    handlers[name] = guardStream(handle, check) as unknown as UntypedHandleCall;
  }
  return handlers;
}

function guardStream(handle: StreamHandler, check: Check): StreamHandler {
  return (call) => {
    try {
      check(call.metadata);
    } catch (thrown) {
      call.emit('error', toGrpcStatus(thrown as RpcError));
      return;
    }
    // At once: the caller balances over those that have taken its stream.
    call.sendMetadata(new Metadata());
    handle(call);
  };
}

function bind(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(withCode(error, address));
    });
  });
}

/** grpc-js tells why it cannot listen in words only; whoever starts a process goes by the code. */
function withCode(error: Error, address: string): Error {
  const code = /\b(EADDRINUSE|EACCES)\b/.exec(error.message)?.[1];
  if (code === undefined) return error;
  const colon = address.lastIndexOf(':');
  const at = { address: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
  return Object.assign(error, { code, ...at });
}

function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.forceShutdown(), graceMs);
    server.tryShutdown(() => {
      clearTimeout(cut);
      resolve();
    });
  });
}
