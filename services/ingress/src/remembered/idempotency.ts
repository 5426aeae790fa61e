import { createHmac, type KeyObject } from 'node:crypto';
import { type FluxError, fluxError } from '@fluxrouter/errors';
import type { KnownKey, RememberedFile } from './remembered-file.ts';

export interface IdempotencySettings {
  readonly pepper: KeyObject;
  readonly keepMs: number;
  /** No request runs longer: one that seems to is a dead process's. */
  readonly runningMsMax: number;
}

export type IdempotencyFile = Pick<
  RememberedFile,
  'claimKey' | 'takeKey' | 'finishKey' | 'giveKeyBack'
>;

const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * Idempotency-Key: an account's key goes with one body, once, on whichever gateway process of this
 * machine, over restarts. What failed or was refused cost nothing and may be sent again under its key.
 */
export class IdempotencyKeys {
  readonly #file: IdempotencyFile;
  readonly #settings: IdempotencySettings;
  readonly #onFailure: (error: unknown) => void;

  constructor(
    file: IdempotencyFile,
    settings: IdempotencySettings,
    onFailure: (error: unknown) => void,
  ) {
    this.#file = file;
    this.#settings = settings;
    this.#onFailure = onFailure;
  }

  /**
   * @returns what to tell the client, or how to say what became of the request. Where the file cannot
   * be asked the request is refused with 503: the key's promise could not be kept.
   */
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
    const name = this.#hash(Buffer.from(`${account} ${key}`));
    const bodyHash = this.#hash(body);
    try {
      const known = this.#file.claimKey(name, bodyHash, requestId, nowMs);
      if (known !== null) {
        const isOver = this.#isOver(known, nowMs);
        if (!isOver) return refusal(known, bodyHash);
        if (!this.#file.takeKey(name, bodyHash, requestId, nowMs, known.request)) {
          return fluxError('idempotency_in_progress');
        }
      }
    } catch (error) {
      this.#onFailure(error);
      return fluxError('unavailable');
    }
    return (served) => {
      try {
        if (served) this.#file.finishKey(name, requestId);
        else this.#file.giveKeyBack(name, requestId);
      } catch (error) {
        this.#onFailure(error);
      }
    };
  }

  #isOver({ seenAtMs, finished }: KnownKey, nowMs: number): boolean {
    const { keepMs, runningMsMax } = this.#settings;
    return nowMs - seenAtMs > (finished ? keepMs : runningMsMax);
  }

  /** A plain hash of a short text could be guessed. */
  #hash(bytes: Buffer): Buffer {
    return createHmac('sha256', this.#settings.pepper).update(bytes).digest();
  }
}

function refusal(known: KnownKey, bodyHash: Buffer): FluxError {
  if (!bodyHash.equals(known.body)) return fluxError('idempotency_conflict');
  if (!known.finished) return fluxError('idempotency_in_progress');
  return fluxError('idempotency_finished', {
    message: `This Idempotency-Key was used by ${known.request}, which has finished: GET /v1/requests/${known.request}.`,
  });
}
