import type { ProviderId } from '@fluxrouter/dialects';
import { type FluxError, fluxError } from '@fluxrouter/errors';
import type { Decision } from '@fluxrouter/generated/events';
import type { Query } from '@fluxrouter/generated/query';

/** Answers of this process that are remembered, until their records can be read. */
const REMEMBERED_MAX = 20_000;

const ISSUED_HERE: ReadonlySet<ProviderId['kind']> = new Set(['response', 'item']);

interface Issued {
  readonly account: string;
  readonly provider: string;
}

/**
 * Ids of things kept at a provider. All accounts share one provider key, so such an id goes upstream
 * only where our records show that this very account got it, and only to the provider that issued it.
 * Answers (`previous_response_id`) are known by their body id, from their records; the items within
 * them only as long as this process remembers. Nothing else is issued through here yet.
 */
export class KeptIds {
  readonly #query: Query;
  /** Two halves: when the younger is full it becomes the older, and what was older is forgotten. */
  #younger = new Map<string, Issued>();
  #older = new Map<string, Issued>();

  constructor(query: Query) {
    this.#query = query;
  }

  remember(ids: readonly string[], account: string, provider: string): void {
    const issued = { account, provider };
    for (const id of ids) {
      if (id === '') continue;
      if (this.#younger.size >= REMEMBERED_MAX / 2) {
        this.#older = this.#younger;
        this.#younger = new Map();
      }
      this.#younger.set(id, issued);
    }
  }

  /** The one provider that issued all of the ids to this account, or why the request is refused. */
  async issuer(account: string, ids: readonly ProviderId[]): Promise<string | FluxError> {
    let issuer: string | null = null;
    for (const { kind, id, param } of ids) {
      const provider = ISSUED_HERE.has(kind) ? await this.#issuerOf(account, id) : null;
      if (provider === null || (issuer !== null && issuer !== provider)) {
        return fluxError('provider_id_not_found', {
          message: `There is no '${param}' of this id for this account.`,
          param,
        });
      }
      issuer = provider;
    }
    return issuer ?? fluxError('internal_error');
  }

  async #issuerOf(account: string, id: string): Promise<string | null> {
    const recent = this.#younger.get(id) ?? this.#older.get(id);
    if (recent !== undefined) return recent.account === account ? recent.provider : null;
    const { records } = await this.#query.findRequests({ account, any: id, limit: 10 });
    const record = records.find(({ bodyId }) => bodyId === id);
    return record?.attempts.find(({ accepted }) => accepted)?.provider ?? null;
  }
}

/** The decision with those models only that are at the provider: the others may not be sent its ids. */
export function decisionAt(decision: Decision, provider: string): Decision | FluxError {
  const chain = decision.chain.filter((candidate) => candidate.provider === provider);
  const [first] = chain;
  if (first === undefined) {
    return fluxError('provider_id_not_found', {
      message: `The request continues an answer of ${provider}, where this model is not.`,
      param: 'model',
    });
  }
  return {
    ...decision,
    chain,
    routedModel: first.model,
    reasons: [...decision.reasons, `kept_id.provider:${provider}`],
  };
}
