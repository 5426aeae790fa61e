import { toRpcError } from './rpc-error.ts';
import { callOf, type UnaryApi, unaryMethods } from './unary-api.ts';

/**
 * The binding of modules that share a process: a plain call, with the same errors that a caller
 * would see over gRPC. Requests and answers are shared, not copied: nobody changes what it was given.
 */
export function bindInProcess<D extends object>(
  definition: D,
  implementation: UnaryApi<D>,
): UnaryApi<D> {
  const calls = unaryMethods(definition).map(([name]) => {
    const call = callOf(implementation, name);
    return [
      name,
      async (request: unknown) => {
        try {
          return await call(request);
        } catch (thrown) {
          throw toRpcError(thrown);
        }
      },
    ] as const;
  });
  return Object.fromEntries(calls) as UnaryApi<D>;
}
