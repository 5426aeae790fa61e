import type { FinishReason, Note, StreamPart } from '@fluxrouter/conversation';
import {
  codecs,
  type Dialect,
  type DialectName,
  isName,
  mergeUsage,
  type OutEvent,
  type StreamSnapshot,
  StreamTranslation,
  type Translated,
  type UpstreamError,
  wireText,
} from '@fluxrouter/dialects';
import type { AttemptBegin, AttemptFailure } from '@fluxrouter/generated/proxy';
import { formatUsd, type Usage } from '@fluxrouter/pricing';
import type { AnswerEnding, AnswerListener, AnswerReader } from '../answer-reader.ts';
import type { ProviderProxyConfig } from '../config.ts';
import { failure, streamFailure } from '../failures.ts';
import { KeptBytes } from '../kept-bytes.ts';
import type { Translation } from './plan-translation.ts';

const NO_BYTES = Buffer.alloc(0);
/** A stream may bring one with every event; a record tells fewer. */
const NOTES_MAX = 256;

/**
 * A stream of another dialect: every byte that the client gets is ours. Its last events are held
 * back until what they report is in the journal (`finalBytes`).
 */
export class TranslatedStream implements AnswerReader {
  readonly notes: Note[];
  readonly #upstream: Dialect<DialectName>;
  readonly #client: Dialect<DialectName>;
  readonly #listener: AnswerListener;
  readonly #translation: StreamTranslation;
  readonly #costInUsage: boolean;
  readonly #kept: KeptBytes;
  #text = '';
  #output = false;
  #last: readonly OutEvent[] = [];
  #over = false;
  #outcome = 'completed';
  #failure: AttemptFailure | null = null;
  #usage: Usage | null = null;
  #finish: FinishReason | null = null;
  #finishTold = false;
  #bodyId: string | null = null;
  #upstreamModel: string | null = null;
  #createdAt: number | null = null;
  #sequence = -1;
  #frames = 0;

  constructor(
    config: ProviderProxyConfig,
    translation: Translation,
    client: Dialect<DialectName>,
    begin: AttemptBegin,
    listener: AnswerListener,
  ) {
    this.notes = [...translation.notes];
    this.#upstream = translation.upstream;
    this.#client = client;
    this.#listener = listener;
    this.#costInUsage = begin.costInUsage;
    this.#kept = new KeptBytes(config.estimateBytesMax);
    this.#translation = new StreamTranslation(
      codecs[this.#upstream.name as DialectName],
      codecs[client.name as DialectName],
      {
        model: translation.model,
        shown: translation.shown,
        customTools: translation.customTools,
        frameBytesMax: config.frameBytesMax,
        charactersMax: config.answerBytesMax,
      },
    );
  }

  push(chunk: Buffer): void {
    if (this.#over) return;
    this.#kept.push(chunk);
    this.#take(this.#translation.push(chunk), null);
    this.#emit();
  }

  end(why: AttemptFailure | null): void {
    if (this.#over) return;
    if (why !== null) this.#break('cut', why);
    else this.#take(this.#translation.end(), null);
    this.#emit();
  }

  #take(translated: readonly Translated[], why: AttemptFailure | null): void {
    for (const { part, events } of translated) {
      if (this.#over) return;
      this.#read(part);
      if (part.type === 'end') {
        this.#last = events;
        this.#complete();
      } else if (part.type === 'error') {
        const told = part.cause === 'told';
        const lost = told ? streamFailure(this.#classify(part.event)) : undefined;
        this.#break(
          told ? 'failed' : 'cut',
          why ?? lost ?? failure('upstream_failed', { retryMayHelp: true }),
        );
      } else for (const event of events) this.#write(event);
    }
  }

  #read(part: StreamPart): void {
    switch (part.type) {
      case 'start':
        this.#upstreamModel = isName(part.model) ? part.model : null;
        this.#createdAt = part.createdAt ?? null;
        break;
      case 'block-delta':
        this.#output = true;
        break;
      case 'block-start':
        if (part.block.kind === 'toolCall') this.#output = true;
        break;
      case 'usage':
        this.#usage = mergeUsage(this.#usage, part.usage.buckets);
        break;
      case 'finish':
        this.#finish = part.finish.reason;
        this.#finishTold = part.finish.raw !== undefined;
        break;
      case 'note':
        if (this.notes.length < NOTES_MAX) this.notes.push(part.note);
        break;
    }
  }

  #write(event: OutEvent): void {
    this.#text += wireText(event);
    this.#frames++;
    const { data } = event;
    if (data === null) return;
    if (this.#bodyId === null) this.#bodyId = idOf(data);
    const sequence = data['sequence_number'];
    if (typeof sequence === 'number') this.#sequence = sequence;
  }

  /** What has come of one chunk goes out as one. */
  #emit(): void {
    if (this.#text === '') return;
    const bytes = Buffer.from(this.#text);
    this.#text = '';
    this.#listener.data(bytes, this.#output, true);
  }

  #complete(): void {
    const { sawOutput, outcome } = { sawOutput: this.#output, outcome: this.#endOutcome() };
    this.#over = true;
    this.#outcome = outcome;
    this.#output = true;
    this.#emit();
    // An answer without any output is an answer too: its end proves it.
    if (!sawOutput) this.#listener.data(NO_BYTES, true, true);
    this.#listener.over();
  }

  /** An upstream that never said why it stopped may have been cut. */
  #endOutcome(): string {
    return this.#finishTold ? outcomeOf(this.#finish) : 'incomplete';
  }

  #break(outcome: 'cut' | 'failed', why: AttemptFailure): void {
    this.#over = true;
    if (!this.#output) {
      this.#text = '';
      this.#listener.failed(why);
      return;
    }
    this.#outcome = outcome;
    this.#failure = why;
    this.#emit();
    this.#listener.over();
  }

  #classify(event: unknown): UpstreamError {
    const body = (event ?? {}) as Record<string, unknown>;
    const response = body['response'] as Record<string, unknown> | undefined;
    const error = response?.['error'] ?? body['error'] ?? body;
    return this.#upstream.classifyUpstreamError(0, Buffer.from(JSON.stringify({ error })));
  }

  finalBytes({ requestId, model, charged, error }: AnswerEnding): Buffer {
    if (this.#last.length > 0) {
      const flux = { cost_usd: formatUsd(charged), model, request_id: requestId };
      return Buffer.from(
        this.#last
          .map((event) =>
            event.usage === true && this.#costInUsage
              ? wireText({ ...event, data: { ...event.data, flux } })
              : wireText(event),
          )
          .join(''),
      );
    }
    if (error === null) return NO_BYTES;
    return this.#client.streamError(error, requestId, this.#snapshot(model), true);
  }

  /** What an error at the end says of the stream that it ends. */
  #snapshot(model: string): StreamSnapshot {
    return {
      bodyId: this.#bodyId,
      upstreamModel: model,
      usage: this.#usage,
      usageIsFinal: this.usageIsFinal,
      finish: null,
      sawOutput: this.#output,
      sawTerminal: false,
      error: null,
      contentBytes: 0,
      sequenceNumber: this.#sequence,
      frames: this.#frames,
      storedIds: [],
      createdAt: this.#createdAt,
    };
  }

  get usage(): Usage | null {
    return this.#usage;
  }

  get bodyId(): string | null {
    return this.#bodyId;
  }

  get upstreamModel(): string | null {
    return this.#upstreamModel;
  }

  get outcome(): string {
    return this.#outcome;
  }

  get failure(): AttemptFailure | null {
    return this.#failure;
  }

  get kept(): { bytes: Buffer; totalBytes: number } {
    return this.#kept.all();
  }

  get sawOutput(): boolean {
    return this.#output;
  }

  get usageIsFinal(): boolean {
    return this.#usage !== null && this.#finish !== null;
  }

  /** The provider may keep the answer, but not under an id that the client has seen. */
  get storedIds(): readonly string[] {
    return [];
  }
}

function idOf(data: Readonly<Record<string, unknown>>): string | null {
  const holder = (data['message'] ?? data['response'] ?? data) as Record<string, unknown>;
  const id = holder['id'];
  return typeof id === 'string' && isName(id) ? id : null;
}

/** How an answer ended, in the words of a record. */
export function outcomeOf(reason: FinishReason | null): string {
  switch (reason) {
    case 'length':
    case 'contextLength':
    case 'pause':
      return 'incomplete';
    case 'refusal':
      return 'refused';
    case 'failed':
      return 'failed';
    default:
      return 'completed';
  }
}
