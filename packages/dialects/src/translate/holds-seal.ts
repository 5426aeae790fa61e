import { SEAL_PREFIX } from '@fluxrouter/conversation';

const SEAL = Buffer.from(SEAL_PREFIX);

/** Whether a request holds a seal of ours, anywhere: nearly none does, and one look tells it. */
export function holdsSeal(body: Buffer): boolean {
  return body.includes(SEAL);
}
