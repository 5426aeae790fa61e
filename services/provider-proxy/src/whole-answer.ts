import type { AnswerReading, Dialect } from '@fluxrouter/dialects';
import type { Decision } from '@fluxrouter/generated/events';
import type { AttemptFailure } from '@fluxrouter/generated/proxy';
import { splice } from '@fluxrouter/json-splice';
import type { Usage } from '@fluxrouter/pricing';
import type { AnswerEnding, AnswerListener, AnswerReader } from './answer-reader.ts';
import { CollectedBody } from './collected-body.ts';
import type { ProviderProxyConfig } from './config.ts';
import { failure } from './failures.ts';
import { routorJson } from './routor-json.ts';

const NO_BYTES = Buffer.alloc(0);

/** An answer that is not streamed: kept until it is whole, because its cost goes into a header. */
export class WholeAnswer implements AnswerReader {
  readonly #body: CollectedBody;
  readonly #dialect: Dialect;
  readonly #decision: Decision | undefined;
  readonly #listener: AnswerListener;
  #reading: AnswerReading | null = null;

  constructor(
    config: ProviderProxyConfig,
    dialect: Dialect,
    decision: Decision | undefined,
    listener: AnswerListener,
  ) {
    this.#decision = decision;
    this.#body = new CollectedBody(config.answerBytesMax);
    this.#dialect = dialect;
    this.#listener = listener;
  }

  push(chunk: Buffer): void {
    if (this.#body.push(chunk)) return;
    this.#listener.failed(failure('upstream_failed', { nextMayHelp: false }));
  }

  end(why: AttemptFailure | null): void {
    this.#body.close();
    if (why !== null) {
      this.#listener.failed(why);
      return;
    }
    this.#reading = this.#dialect.readAnswer(this.#body.bytes);
    if (!this.#reading.ok || this.#reading.isError) {
      this.#listener.failed(failure('upstream_failed', { retryMayHelp: true }));
      return;
    }
    // The body itself goes with the end, when its cost is known.
    this.#listener.data(NO_BYTES, true, true);
    this.#listener.over();
  }

  get usage(): Usage | null {
    return this.#reading?.usage ?? null;
  }

  get bodyId(): string | null {
    return this.#reading?.bodyId ?? null;
  }

  get upstreamModel(): string | null {
    return this.#reading?.upstreamModel ?? null;
  }

  get storedIds(): readonly string[] {
    return this.#reading?.storedIds ?? [];
  }

  get sawOutput(): boolean {
    return this.#reading !== null;
  }

  get outcome(): string {
    return this.#reading?.finish ?? 'completed';
  }

  get failure(): AttemptFailure | null {
    return null;
  }

  get kept(): { bytes: Buffer; totalBytes: number } {
    return { bytes: this.#body.bytes, totalBytes: this.#body.bytes.length };
  }

  get usageIsFinal(): boolean {
    return this.#reading !== null;
  }

  /** `model` becomes the served one's id, and `routor` goes in. */
  finalBytes({ model, savings }: AnswerEnding): Buffer {
    if (this.#reading === null) return NO_BYTES;
    const members =
      this.#decision === undefined
        ? []
        : [{ name: 'routor', json: routorJson(this.#decision, model, savings) }];
    return splice(this.#body.bytes, this.#dialect.answerEdits(this.#reading, { model, members }));
  }
}
