import type { Dialect } from '@fluxrouter/dialects';
import { newRequestId } from '@fluxrouter/events';
import type { Decision, RequestFacts, Tag } from '@fluxrouter/generated/events';
import type { Caller } from './keys/key-view.ts';

/** What is known of a request, from its first byte on. Its facts are sealed when they are first asked for. */
export class RequestInHand {
  readonly id: string;
  /** Ms since 1970 UTC; the same as in the id. */
  readonly receivedAtMs: number;
  readonly dialect: Dialect;
  /** null: no key in force. */
  caller: Caller | null = null;
  clientRequestId = '';
  tags: Tag[] = [];
  /** As sent; empty where it could not be read, or is no model name. */
  originalModel = '';
  stream = false;
  decision: Decision | undefined = undefined;
  #facts: RequestFacts | null = null;

  constructor(dialect: Dialect, nowMs: number) {
    this.id = newRequestId(nowMs);
    this.receivedAtMs = nowMs;
    this.dialect = dialect;
  }

  facts(): RequestFacts {
    this.#facts ??= {
      requestId: this.id,
      account: this.caller?.account ?? '',
      key: this.caller?.key ?? '',
      clientRequestId: this.clientRequestId,
      dialect: this.dialect.name,
      stream: this.stream,
      originalModel: this.originalModel,
      tags: this.tags,
      receivedAtMs: this.receivedAtMs,
      decision: this.decision,
    };
    return this.#facts;
  }
}
