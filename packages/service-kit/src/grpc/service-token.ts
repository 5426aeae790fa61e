import { Metadata } from '@grpc/grpc-js';
import { secretMatcher } from '../same-secret.ts';
import { RpcError } from './rpc-error.ts';

const header = 'x-flux-service-token';

/** Services know each other by a shared token, on loopback too. */
export function tokenMetadata(token: string): Metadata {
  const metadata = new Metadata();
  metadata.set(header, token);
  return metadata;
}

/** Returns a check that throws where a call does not carry the token. */
export function tokenCheck(token: string): (metadata: Metadata) => void {
  const matches = secretMatcher(token);
  return (metadata) => {
    const [given] = metadata.get(header);
    if (typeof given === 'string' && matches(given)) return;
    throw new RpcError('unauthenticated', 'the service token is missing or wrong');
  };
}
