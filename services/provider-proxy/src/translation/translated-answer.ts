import type { Answer, JsonObject, Note } from '@fluxrouter/conversation';
import {
  codecs,
  type Dialect,
  type DialectName,
  isName,
  restoreCustomCalls,
} from '@fluxrouter/dialects';
import type { Decision } from '@fluxrouter/generated/events';
import type { AttemptFailure } from '@fluxrouter/generated/proxy';
import type { Usage } from '@fluxrouter/pricing';
import type { AnswerEnding, AnswerListener, AnswerReader } from '../answer-reader.ts';
import { CollectedBody } from '../collected-body.ts';
import type { ProviderProxyConfig } from '../config.ts';
import { failure } from '../failures.ts';
import { routorJson } from '../routor-json.ts';
import type { Translation } from './plan-translation.ts';
import { outcomeOf } from './translated-stream.ts';

const NO_BYTES = Buffer.alloc(0);

/** An answer of another dialect that is not streamed: kept until it is whole, then put into words of ours. */
export class TranslatedAnswer implements AnswerReader {
  readonly notes: Note[];
  readonly #body: CollectedBody;
  readonly #translation: Translation;
  readonly #client: Dialect<DialectName>;
  readonly #decision: Decision | undefined;
  readonly #listener: AnswerListener;
  #answer: Answer | null = null;
  #encoded: Record<string, unknown> | null = null;

  constructor(
    config: ProviderProxyConfig,
    translation: Translation,
    client: Dialect<DialectName>,
    decision: Decision | undefined,
    listener: AnswerListener,
  ) {
    this.notes = [...translation.notes];
    this.#body = new CollectedBody(config.answerBytesMax);
    this.#translation = translation;
    this.#client = client;
    this.#decision = decision;
    this.#listener = listener;
  }

  push(chunk: Buffer): void {
    if (this.#body.push(chunk)) return;
    this.#listener.failed(failure('upstream_failed', { nextMayHelp: false }));
  }

  end(why: AttemptFailure | null): void {
    this.#body.close();
    const answer = why === null ? this.#decode() : null;
    if (answer === null) {
      this.#listener.failed(why ?? failure('upstream_failed', { retryMayHelp: true }));
      return;
    }
    this.#answer = answer;
    const { body, notes } = codecs[this.#client.name as DialectName].encodeAnswer(
      answer,
      this.#translation.shown,
    );
    this.#encoded = body;
    this.notes.push(...notes);
    // The body itself goes with the end, when its cost is known.
    this.#listener.data(NO_BYTES, true, true);
    this.#listener.over();
  }

  #decode(): Answer | null {
    const { upstream, model, customTools } = this.#translation;
    // The scan also bounds how deep it nests: what it lets through can be parsed and written again.
    const reading = upstream.readAnswer(this.#body.bytes);
    if (!reading.ok || reading.isError) return null;
    const body = JSON.parse(this.#body.bytes.toString()) as JsonObject;
    const answer = codecs[upstream.name as DialectName].decodeAnswer(body, model);
    return answer === null ? null : restoreCustomCalls(answer, customTools);
  }

  get usage(): Usage | null {
    return this.#answer?.usage?.buckets ?? null;
  }

  get bodyId(): string | null {
    const id = this.#encoded?.['id'];
    return typeof id === 'string' && isName(id) ? id : null;
  }

  get upstreamModel(): string | null {
    const model = this.#answer?.model;
    return model !== undefined && isName(model) ? model : null;
  }

  get storedIds(): readonly string[] {
    return [];
  }

  /** An upstream that never said why it stopped may have been cut. */
  get outcome(): string {
    const finish = this.#answer?.choices[0]?.finish;
    return finish === undefined ? 'incomplete' : outcomeOf(finish.reason);
  }

  get failure(): AttemptFailure | null {
    return null;
  }

  get kept(): { bytes: Buffer; totalBytes: number } {
    return { bytes: this.#body.bytes, totalBytes: this.#body.bytes.length };
  }

  get sawOutput(): boolean {
    return this.#answer !== null;
  }

  get usageIsFinal(): boolean {
    return this.#answer !== null;
  }

  finalBytes({ model, savings }: AnswerEnding): Buffer {
    if (this.#encoded === null) return NO_BYTES;
    const json = JSON.stringify({ ...this.#encoded, model });
    if (this.#decision === undefined) return Buffer.from(json);
    const routor = routorJson(this.#decision, model, savings);
    return Buffer.from(`${json.slice(0, -1)},"routor":${routor}}`);
  }
}
