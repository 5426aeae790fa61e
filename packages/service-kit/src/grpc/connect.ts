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
  /** host:port of each process that serves it. */
  addresses: readonly string[];
  token: string;
  /** Of each call that has no other; 5 s by default: nobody waits longer for a row. */
  deadlineMs?: number;
  /** By the method's name, for those that may take longer. */
  deadlinesMs?: Readonly<Record<string, number>>;
}

export interface GrpcConnection<Api> {
  /** The service's promise interface. Its rejections are RpcErrors. */
  readonly api: Api;
  /** Whether a peer can be talked to at this moment; asks for connections where there are none. */
  connected(): boolean;
  close(): void;
}

/**
 * A client of a service's unary methods. Connections are made at the first call and made again by
 * themselves; calls go round those that there are. A call while there is none fails at once as
 * `unavailable`.
 */
export function connectGrpc<D extends object>(
  definition: D,
  options: ConnectOptions,
): GrpcConnection<UnaryApi<D>> {
  const clients = options.addresses.map(
    (address) => new Client(address, credentials.createInsecure(), clientOptions),
  );
  const isReady = (client: Client) =>
    client.getChannel().getConnectivityState(true) === connectivityState.READY;
  let turn = 0;
  const nextClient = (): Client => {
    turn += 1;
    const inTurn = clients.map((_, n) => clients[(turn + n) % clients.length] as Client);
    return inTurn.find(isReady) ?? (inTurn[0] as Client);
  };
  const metadata = tokenMetadata(options.token);
  const calls = unaryMethods(definition).map(([name, method]) => {
    const deadlineMs = options.deadlinesMs?.[name] ?? options.deadlineMs ?? 5000;
    return [name, unaryCall(nextClient, method, metadata, deadlineMs)] as const;
  });
  return {
    api: Object.fromEntries(calls) as UnaryApi<D>,
    connected: () => clients.filter(isReady).length > 0,
    close() {
      for (const client of clients) client.close();
    },
  };
}

function unaryCall(
  nextClient: () => Client,
  method: UnaryDefinition,
  metadata: ReturnType<typeof tokenMetadata>,
  deadlineMs: number,
): AnyUnaryCall {
  const serialize = method.requestSerialize as (value: unknown) => Buffer;
  const deserialize = method.responseDeserialize;
  return (request) =>
    new Promise((resolve, reject) => {
      const deadline = Date.now() + deadlineMs;
      nextClient().makeUnaryRequest(
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
