/** A unary method as ts-proto describes it for grpc-js. */
export interface UnaryDefinition {
  path: string;
  requestStream: false;
  responseStream: false;
  requestSerialize(value: never): Buffer;
  requestDeserialize(bytes: Buffer): unknown;
  responseSerialize(value: never): Buffer;
  responseDeserialize(bytes: Buffer): unknown;
}

type UnaryCall<M> = M extends {
  requestStream: false;
  responseStream: false;
  requestSerialize: (value: infer Request) => Buffer;
  responseDeserialize: (bytes: Buffer) => infer Response;
}
  ? (request: Request) => Promise<Response>
  : never;

/**
 * The promise interface of a service definition's unary methods: `UnaryApi<typeof QueryService>` is
 * the generated `Query`. Streams have adapters of their own (decisions.ts).
 */
export type UnaryApi<D> = {
  [K in keyof D as UnaryCall<D[K]> extends never ? never : K]: UnaryCall<D[K]>;
};

/** `cancelled`: the caller has gone, or its deadline is over. */
export type AnyUnaryCall = (request: unknown, cancelled?: AbortSignal) => Promise<unknown>;

/** The unary methods of a definition, by name. */
export function unaryMethods(definition: object): [string, UnaryDefinition][] {
  return Object.entries(definition as Record<string, UnaryDefinition>).filter(
    ([, method]) => !method.requestStream && !method.responseStream,
  );
}

/** The call of that name, bound to its implementation. */
export function callOf(implementation: object, name: string): AnyUnaryCall {
  const call = (implementation as Record<string, unknown>)[name];
  if (typeof call !== 'function') throw new Error(`the implementation has no ${name}()`);
  return call.bind(implementation) as AnyUnaryCall;
}
