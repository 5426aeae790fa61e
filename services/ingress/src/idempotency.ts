import { createHash } from 'node:crypto';
import { type FluxError, fluxError } from '@fluxrouter/errors';

interface KnownKey {
  readonly bodyHash: string;
  readonly requestId: string;
  readonly seenAtMs: number;
  state: 'running' | 'finished';
}

export interface IdempotencySettings {
  /** How many keys are remembered; the oldest are forgotten first. */
  readonly keysMax: number;
  readonly keepMs: number;
}

const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * Idempotency-Key: an account's key goes with one body, once. What failed or was refused cost
 * nothing and may be sent again under its key. Kept in memory: a restart forgets.
 */
export class IdempotencyKeys {
  readonly #settings: IdempotencySettings;
  readonly #keys = new Map<string, KnownKey>();

  constructor(settings: IdempotencySettings) {
    this.#settings = settings;
  }

  /** @returns what to tell the client, or how to say what became of the request. */
  begin(
    { account, key, body }: { account: string; key: string; body: Buffer },
    requestId: string,
    nowMs: number,
  ): FluxError | ((served: boolean) => void) {
    if (!KEY.test(key)) {
      return fluxError('invalid_header', {
        message: 'Idempotency-Key takes 1 to 255 visible ASCII characters.',
        param: 'Idempotency-Key',
      });
    }
    this.#forgetOld(nowMs);
    const name = `${account} ${key}`;
    const bodyHash = createHash('sha256').update(body).digest('base64');
    const known = this.#keys.get(name);
    if (known !== undefined) {
      if (known.bodyHash !== bodyHash) return fluxError('idempotency_conflict');
      if (known.state === 'running') return fluxError('idempotency_in_progress');
      return fluxError('idempotency_finished', {
        message: `This Idempotency-Key was used by ${known.requestId}, which has finished: GET /v1/requests/${known.requestId}.`,
      });
    }
    const entry: KnownKey = { bodyHash, requestId, seenAtMs: nowMs, state: 'running' };
    this.#keys.set(name, entry);
    return (served) => {
      if (served) entry.state = 'finished';
      else this.#keys.delete(name);
    };
  }

  #forgetOld(nowMs: number): void {
    for (const [name, { seenAtMs, state }] of this.#keys) {
      const old = nowMs - seenAtMs > this.#settings.keepMs;
      if (state === 'running' || (!old && this.#keys.size < this.#settings.keysMax)) break;
      this.#keys.delete(name);
    }
  }
}
