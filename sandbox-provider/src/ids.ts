import { randomBytes } from 'node:crypto';

/** Makes the one token that all ids of an attempt are built from; 24 characters, never repeated. */
export type TokenSource = () => string;

/** The random prefix keeps ids apart across restarts, the counter within a run. */
export function createTokenSource(seed: string = randomBytes(8).toString('hex')): TokenSource {
  const prefix = seed.slice(0, 16).padEnd(16, '0');
  let served = 0;
  return () => {
    served += 1;
    return prefix + served.toString(36).padStart(8, '0');
  };
}
