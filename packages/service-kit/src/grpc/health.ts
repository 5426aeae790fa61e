import type {
  handleUnaryCall,
  ServiceDefinition,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';

/** grpc.health.v1.Health/Check, by hand: one enum in, one out. Without the token, as probes have none. */
const serving = Buffer.from([0x08, 1]);
const notServing = Buffer.from([0x08, 2]);

const asIs = (bytes: Buffer) => bytes;

export const healthDefinition = {
  check: {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  },
} as const satisfies ServiceDefinition;

export function healthService(isServing: () => Promise<boolean>): UntypedServiceImplementation {
  const check: handleUnaryCall<Buffer, Buffer> = (_call, answer) => {
    isServing().then(
      (yes) => answer(null, yes ? serving : notServing),
      () => answer(null, notServing),
    );
  };
  return { check };
}
