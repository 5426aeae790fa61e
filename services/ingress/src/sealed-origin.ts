import type { Catalogue } from '@fluxrouter/catalogue';
import { readSeal } from '@fluxrouter/conversation';
import type { Dialect, RequestReading } from '@fluxrouter/dialects';
import type { SealedOrigin } from '@fluxrouter/routing-rules';
import type { KeptIds } from './remembered/kept-ids.ts';

/**
 * Who sealed the reasoning of an unfinished tool turn: the model that a seal names which was wrapped here,
 * the model that this account got the turn's calls from, where that is remembered; else the one provider that speaks the dialect, whose own seal it then
 * is. null: nothing is sealed, or nobody can say.
 */
export function makeSealedOrigin(catalogue: Catalogue, keptIds: Pick<KeptIds, 'originOf'>) {
  const soleProviders = soleProviderByDialect(catalogue);
  return (dialect: Dialect, { parsed }: RequestReading, account: string): SealedOrigin | null => {
    const sealed = dialect.sealedTurn(parsed);
    if (sealed === null) return null;
    const { origin } = readSeal(sealed.seal, dialect.name);
    const wrapped = origin.model === null ? undefined : catalogue.models.get(origin.model);
    if (wrapped !== undefined) return { provider: wrapped.provider, model: wrapped.id };
    const remembered = keptIds.originOf(account, sealed.ids);
    if (remembered !== null) return remembered;
    const provider = soleProviders.get(dialect.name);
    return provider === undefined ? null : { provider, model: null };
  };
}

function soleProviderByDialect(catalogue: Catalogue): ReadonlyMap<string, string> {
  const sole = new Map<string, string>();
  const several = new Set<string>();
  for (const { dialects, provider } of catalogue.models.values()) {
    for (const dialect of dialects) {
      if (sole.has(dialect) && sole.get(dialect) !== provider) several.add(dialect);
      sole.set(dialect, provider);
    }
  }
  for (const dialect of several) sole.delete(dialect);
  return sole;
}
