import type { ProviderId } from '@fluxrouter/dialects';
import { type FluxError, fluxError } from '@fluxrouter/errors';
import type { Decision } from '@fluxrouter/generated/events';
import type { Query } from '@fluxrouter/generated/query';
import type { Issuer, KeptId, RememberedFile } from './remembered-file.ts';

const ISSUED_HERE: ReadonlySet<ProviderId['kind']> = new Set(['response', 'item']);
/** What waits for the file in one turn of the loop; more is dropped, and known from the records later. */
const WAITING_MAX = 20_000;

export type KeptIdsFile = Pick<RememberedFile, 'rememberIds' | 'issuerOf'>;

/**
 * Ids of things kept at a provider. All accounts share one provider key, so such an id goes upstream
 * only where our records show that this very account got it, and only to the provider that issued it.
 * Responses and their items are remembered in the machine's file; a response (`previous_response_id`)
 * is known from its record too. Nothing else is issued through here yet.
 */
export class KeptIds {
  readonly #query: Query;
  readonly #file: KeptIdsFile;
  readonly #onFailure: (error: unknown) => void;
  /** Written together at the end of the turn. */
  #waiting: KeptId[] = [];

  constructor(query: Query, file: KeptIdsFile, onFailure: (error: unknown) => void) {
    this.#query = query;
    this.#file = file;
    this.#onFailure = onFailure;
  }

  remember(ids: readonly string[], account: string, { provider, model }: Issuer): void {
    if (this.#waiting.length === 0) setImmediate(() => this.#flush());
    for (const id of ids) {
      if (id !== '' && this.#waiting.length < WAITING_MAX) {
        this.#waiting.push({ id, account, provider, model });
      }
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
    this.#flush();
    const remembered = this.#remembered(id, account);
    if (remembered !== null) return remembered.provider;
    const { records } = await this.#query.findRequests({ account, any: id, limit: 10 });
    const record = records.find(({ bodyId }) => bodyId === id);
    return record?.attempts.find(({ accepted }) => accepted)?.provider ?? null;
  }

  /** Who gave out the first of these ids that is remembered; null: none is. */
  originOf(account: string, ids: readonly string[]): Issuer | null {
    this.#flush();
    for (const id of ids) {
      const issuer = this.#remembered(id, account);
      if (issuer !== null) return issuer;
    }
    return null;
  }

  #remembered(id: string, account: string): Issuer | null {
    try {
      return this.#file.issuerOf(id, account);
    } catch (error) {
      this.#onFailure(error);
      return null;
    }
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    const ids = this.#waiting;
    this.#waiting = [];
    try {
      this.#file.rememberIds(ids);
    } catch (error) {
      this.#onFailure(error);
    }
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
