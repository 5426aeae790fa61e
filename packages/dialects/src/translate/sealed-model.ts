import { SEAL_PREFIX, sealedBy } from '@fluxrouter/conversation';
import { isFluxError } from '@fluxrouter/errors';
import { codecs } from '../codecs.ts';
import type { DialectName, RequestReading } from '../dialect.ts';

const SEAL = Buffer.from(SEAL_PREFIX);

/** Whether a request holds a seal of ours, anywhere: nearly none does, and one look tells it. */
export function holdsSeal(body: Buffer): boolean {
  return body.includes(SEAL);
}

/**
 * The model, by our id, that sealed the reasoning of the tool turn under way: nobody else may go on
 * with it. undefined: there is none, or we do not know it. What a client made up is a name that no
 * catalogue has.
 */
export function sealedModel(
  dialect: DialectName,
  { body, parsed }: Pick<RequestReading, 'body' | 'parsed'>,
): string | undefined {
  if (!holdsSeal(body)) return undefined;
  const conversation = codecs[dialect].decodeRequest(parsed);
  return isFluxError(conversation) ? undefined : (sealedBy(conversation) ?? undefined);
}
