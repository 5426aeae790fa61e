import { type ServiceError, status } from '@grpc/grpc-js';

/** What may go wrong with a call between services, whatever binding carries it: a closed list. */
const statusOf = {
  cancelled: status.CANCELLED,
  invalid_argument: status.INVALID_ARGUMENT,
  deadline_exceeded: status.DEADLINE_EXCEEDED,
  not_found: status.NOT_FOUND,
  already_exists: status.ALREADY_EXISTS,
  permission_denied: status.PERMISSION_DENIED,
  resource_exhausted: status.RESOURCE_EXHAUSTED,
  failed_precondition: status.FAILED_PRECONDITION,
  unimplemented: status.UNIMPLEMENTED,
  internal: status.INTERNAL,
  unavailable: status.UNAVAILABLE,
  unauthenticated: status.UNAUTHENTICATED,
} as const;

export type RpcErrorCode = keyof typeof statusOf;

export const isRpcErrorCode = (text: string): text is RpcErrorCode => Object.hasOwn(statusOf, text);

/** Thrown by implementations and seen by callers, the same in process and over gRPC. */
export class RpcError extends Error {
  readonly code: RpcErrorCode;

  constructor(code: RpcErrorCode, message: string) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
  }
}

/** A fault of the implementation tells its caller nothing of its inside. */
const fault = 'the service failed';

/** What an implementation threw, as a caller may see it. */
export function toRpcError(thrown: unknown): RpcError {
  return thrown instanceof RpcError ? thrown : new RpcError('internal', fault);
}

export function toGrpcStatus(error: RpcError): { code: status; details: string } {
  return { code: statusOf[error.code], details: error.message };
}

const codeOf = new Map<status, RpcErrorCode>(
  Object.entries(statusOf).map(([code, number]) => [number, code as RpcErrorCode]),
);

/** What a grpc-js client got. Codes without a name of ours are faults. */
export function fromGrpcError(error: Pick<ServiceError, 'code' | 'details'>): RpcError {
  const code = codeOf.get(error.code) ?? 'internal';
  return new RpcError(code, error.details || code);
}
