import { Client, connectivityState, credentials } from '@grpc/grpc-js';
import { clientOptions } from './options.ts';
import { fromGrpcError } from './rpc-error.ts';
import { tokenMetadata } from './service-token.ts';
import {
  type AnyUnaryCall,
  type UnaryApi,
  type UnaryDefinition,
  unaryMethods,
} from './unary-api.ts';

export interface ConnectOptions {
  /** host:port */
  address: string;
  token: string;
  /** Of each call that has no other; 5 s by default: nobody waits longer for a row. */
  deadlineMs?: number;
  /** By the method's name, for those that may take longer. */
  deadlinesMs?: Readonly<Record<string, number>>;
}

export interface GrpcConnection<Api> {
  /** The service's promise interface. Its rejections are RpcErrors. */
  readonly api: Api;
  /** Whether the peer can be talked to at this moment; asks for a connection where there is none. */
  connected(): boolean;
  close(): void;
}

/**
 * A client of a service's unary methods. The connection is made at the first call and made again by
 * itself; a call while there is none fails at once as `unavailable`.
 */
export function connectGrpc<D extends object>(
  definition: D,
  options: ConnectOptions,
): GrpcConnection<UnaryApi<D>> {
  const client = new Client(options.address, credentials.createInsecure(), clientOptions);
  const metadata = tokenMetadata(options.token);
  const calls = unaryMethods(definition).map(([name, method]) => {
    const deadlineMs = options.deadlinesMs?.[name] ?? options.deadlineMs ?? 5000;
    return [name, unaryCall(client, method, metadata, deadlineMs)] as const;
  });
  return {
    api: Object.fromEntries(calls) as UnaryApi<D>,
    connected: () => client.getChannel().getConnectivityState(true) === connectivityState.READY,
    close: () => client.close(),
  };
}

function unaryCall(
  client: Client,
  method: UnaryDefinition,
  metadata: ReturnType<typeof tokenMetadata>,
  deadlineMs: number,
): AnyUnaryCall {
  const serialize = method.requestSerialize as (value: unknown) => Buffer;
  const deserialize = method.responseDeserialize;
  return (request) =>
    new Promise((resolve, reject) => {
      const deadline = Date.now() + deadlineMs;
      client.makeUnaryRequest(
        method.path,
        serialize,
        deserialize,
        request,
        metadata,
        { deadline },
        (error, response) => (error === null ? resolve(response) : reject(fromGrpcError(error))),
      );
    });
}
