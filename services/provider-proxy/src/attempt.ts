import { type Note, wordNotes } from '@fluxrouter/conversation';
import type { Dialect } from '@fluxrouter/dialects';
import { type ErrorCode, type FluxError, fluxError } from '@fluxrouter/errors';
import { attemptEventId, encodeAttemptFinished, operationalText } from '@fluxrouter/events';
import type { RequestFacts } from '@fluxrouter/generated/events';
import type { AttemptBegin, AttemptFailure } from '@fluxrouter/generated/proxy';
import type { Usage } from '@fluxrouter/pricing';
import type { AttemptCall, AttemptSink, CancelReason } from '@fluxrouter/service-kit/attempts';
import type { Dispatcher } from 'undici';
import type { AnswerReader } from './answer-reader.ts';
import { answeredFailure, failure, transportFailure } from './failures.ts';
import { headersForClient, headerText, type UpstreamHeaders } from './http/upstream-headers.ts';
import type { AttemptPorts } from './ports.ts';
import { type AttemptPrice, FREE, priceAttempt, usesTokens } from './price-attempt.ts';
import { type SettledUsage, settleUsage } from './settle-usage.ts';
import { StreamedAnswer } from './streamed-answer.ts';
import type { Translation } from './translation/plan-translation.ts';
import { translatedReader } from './translation/translated-reader.ts';
import { WholeAnswer } from './whole-answer.ts';

const ERROR_BODY_BYTES_MAX = 64 * 1024;
const NO_BYTES = Buffer.alloc(0);

/**
 * One attempt at one provider, from its call to its event. It is undici's handler and ingress' call
 * at once, so that nothing stands between the two.
 *
 * It ends exactly once: `#finish` publishes `AttemptFinished` and tells the sink. An attempt that
 * has shown output waits for ingress to accept or cancel it, because only then is it known who pays.
 */
export class Attempt implements Dispatcher.DispatchHandler, AttemptCall {
  readonly #ports: AttemptPorts;
  readonly #begin: AttemptBegin;
  readonly #facts: RequestFacts;
  readonly #dialect: Dialect;
  readonly #sink: AttemptSink;
  /** null: the bytes pass. */
  readonly #translation: Translation | null;
  readonly #startedAtMs: number;
  #controller: Dispatcher.DispatchController | null = null;
  #status = 0;
  #headers: UpstreamHeaders = {};
  #firstByteMs: number | undefined;
  /** Reads a 2xx; null before it, and on an error's answer. */
  #reader: AnswerReader | null = null;
  /** What this turn of the loop has brought of a stream so far (see `onResponseData`). */
  #arrived: Buffer[] = [];
  readonly #pushArrived = (): void => this.#push();
  #errorBody: Buffer[] = [];
  #errorBytes = 0;
  #accepted = false;
  /** It ended through no doing of the client's before there was any output: not charged. */
  #fruitless = false;
  /** Output has been shown: an accept may be on its way. */
  #shown = false;
  #cancelled: CancelReason | null = null;
  /** The answer is whole, or as whole as it gets: only who pays is open. */
  #over = false;
  #finished = false;
  /** Upstream's bytes are over: there is nothing to pause. */
  #upstreamDone = false;

  constructor(
    ports: AttemptPorts,
    begin: AttemptBegin,
    facts: RequestFacts,
    dialect: Dialect,
    sink: AttemptSink,
    translation: Translation | null = null,
  ) {
    this.#translation = translation;
    this.#ports = ports;
    this.#begin = begin;
    this.#facts = facts;
    this.#dialect = dialect;
    this.#sink = sink;
    this.#startedAtMs = ports.nowMs();
  }

  // Ingress' side

  accept(): void {
    if (this.#accepted || this.#finished) return;
    this.#accepted = true;
    if (this.#over) this.#settle();
  }

  cancel(reason: CancelReason): void {
    if (this.#finished || this.#cancelled !== null) return;
    this.#cancelled = reason;
    // Nobody is left who could read it, by no fault of the client's.
    if (reason === 'caller_lost') this.#accepted = false;
    this.#over = true;
    this.#controller?.abort(new Error('cancelled'));
    this.#settle();
  }

  resume(): void {
    this.#controller?.resume();
  }

  // Upstream's side

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#cancelled !== null) controller.abort(new Error('cancelled'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: UpstreamHeaders,
  ): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    if (status >= 300) return;
    const encoding = headerText(headers, 'content-encoding');
    if (encoding !== undefined && encoding !== 'identity') {
      this.#fail(failure('upstream_failed'));
      return;
    }
    const listener = {
      data: (bytes: Buffer, output: boolean, boundary: boolean) =>
        this.#data(bytes, output, boundary),
      over: () => this.#answerOver(),
      failed: (why: AttemptFailure) => this.#fail(why),
    };
    const { config } = this.#ports;
    const { decision } = this.#facts;
    if (this.#begin.stream) {
      if (!/^text\/event-stream\b/i.test(headerText(headers, 'content-type') ?? '')) {
        this.#fail(failure('upstream_failed'));
        return;
      }
    }
    this.#reader =
      translatedReader(config, this.#translation, this.#begin, decision, listener) ??
      (this.#begin.stream
        ? new StreamedAnswer(config, this.#dialect, this.#begin, listener)
        : new WholeAnswer(config, this.#dialect, decision, listener));
    this.#tellHead();
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    // What still comes when the answer is over is nobody's: the client has its last event.
    if (this.#over || this.#finished) return;
    this.#firstByteMs ??= this.#ports.nowMs() - this.#startedAtMs;
    if (this.#reader !== null) {
      // A packet with ten HTTP chunks comes in ten calls, and would be ten writes to the client.
      if (this.#arrived.push(chunk) === 1) process.nextTick(this.#pushArrived);
    } else if (this.#errorBytes < ERROR_BODY_BYTES_MAX) {
      this.#errorBytes += chunk.length;
      this.#errorBody.push(chunk);
    }
  }

  onResponseEnd(): void {
    this.#upstreamDone = true;
    this.#push();
    if (this.#over || this.#finished) return;
    if (this.#reader !== null) {
      this.#reader.end(null);
      return;
    }
    const body = Buffer.concat(this.#errorBody);
    this.#fail(
      answeredFailure(this.#dialect, this.#status, this.#headers, body, this.#ports.nowMs()),
    );
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#push();
    if (this.#over || this.#finished) return;
    const why = transportFailure(error);
    if (this.#reader !== null && (this.#accepted || this.#shown)) this.#reader.end(why);
    else this.#fail(why);
  }

  #push(): void {
    const { length, 0: first } = this.#arrived;
    if (first === undefined) return;
    const bytes = length === 1 ? first : Buffer.concat(this.#arrived);
    this.#arrived = [];
    if (!this.#over && !this.#finished) this.#reader?.push(bytes);
  }

  /** It cannot even be called. */
  refuse(why: AttemptFailure): void {
    queueMicrotask(() => this.#fail(why));
  }

  // The end

  #tellHead(): void {
    const headers = headersForClient(this.#headers);
    const notes = this.#notes();
    if (notes.length > 0) headers.push({ name: 'X-Flux-Notes', value: notes.join(', ') });
    this.#sink.head({ status: this.#status, headers });
  }

  /** What translation could not carry, as far as it is known. */
  #notes(): string[] {
    const notes: readonly Note[] | undefined = this.#reader?.notes ?? this.#translation?.notes;
    return notes === undefined ? [] : wordNotes(notes);
  }

  #data(bytes: Buffer, output: boolean, atBoundary: boolean): void {
    // The head is written when output is proven: by then more may be known of what was lost.
    if (output && this.#translation !== null && !this.#accepted) this.#tellHead();
    if (output) this.#shown = true;
    const wantsMore = this.#sink.data(bytes, output, atBoundary);
    if (!wantsMore && !this.#upstreamDone && !this.#over) this.#controller?.pause();
  }

  #answerOver(): void {
    if (this.#over) return;
    this.#over = true;
    // What broke off while upstream goes on is of no use to anybody.
    if (this.#reader?.failure && !this.#upstreamDone) this.#controller?.abort(new Error('broken'));
    if (this.#accepted) this.#settle();
  }

  /** It ends here without any output; a stream that was committed to by the clock may have its head out. */
  #fail(why: AttemptFailure): void {
    if (this.#over || this.#finished) return;
    this.#over = true;
    this.#fruitless = true;
    this.#controller?.abort(new Error('failed'));
    const usage = this.#reader?.usage ?? null;
    this.#finish('failed', why, {
      usage: usage ?? {},
      source: usage === null ? 'none' : 'partial',
    });
  }

  /** Who pays is known, or nobody will: counts what was used, where need be with the tokenizer. */
  #settle(): void {
    const reader = this.#reader;
    if (reader === null || !this.#accepted) {
      const outcome = this.#cancelled === null ? 'failed' : cancelledOutcome(this.#cancelled);
      this.#finish(outcome, null, {
        usage: reader?.usage ?? {},
        source: reader?.usage ? 'partial' : 'none',
      });
      return;
    }
    const outcome = this.#cancelled === null ? reader.outcome : cancelledOutcome(this.#cancelled);
    this.#fruitless = !reader.sawOutput && isOurDoing(this.#cancelled);
    const why = this.#cancelled === null ? reader.failure : null;
    settleUsage(this.#ports.estimator, this.#dialect, this.#begin, reader, (usage) =>
      this.#finish(outcome, why, usage),
    );
  }

  #finish(outcome: string, why: AttemptFailure | null, settled: SettledUsage): void {
    if (this.#finished) return;
    this.#finished = true;
    const { candidate, number } = this.#begin;
    const nowMs = this.#ports.nowMs();
    const model = candidate?.model ?? '';
    const price = this.#price(model, settled.usage);
    const bodyId = this.#reader?.bodyId ?? '';
    const upstreamId =
      operationalText(headerText(this.#headers, 'x-request-id')) ??
      operationalText(headerText(this.#headers, 'request-id')) ??
      '';
    this.#ports.publish(
      attemptEventId(this.#facts.requestId, number),
      this.#facts.account,
      encodeAttemptFinished({
        request: this.#facts,
        attempt: number,
        provider: candidate?.provider ?? '',
        model,
        upstreamModel: operationalText(this.#reader?.upstreamModel) ?? '',
        startedAtMs: this.#startedAtMs,
        firstByteMs: this.#firstByteMs,
        durationMs: Math.max(0, nowMs - this.#startedAtMs),
        status: this.#status,
        outcome,
        errorCode: why?.code ?? (this.#cancelled === null ? '' : this.#cancelled),
        usage: { ...NO_USAGE, ...settled.usage, source: settled.source },
        accepted: this.#accepted,
        costPicoUsd: price.cost,
        chargedPicoUsd: price.charged,
        housePicoUsd: price.house,
        directCostPicoUsd: price.direct,
        providerCostPicoUsd: price.direct,
        holdPicoUsd: this.#begin.holdPicoUsd,
        savingsPermille: price.savings,
        bodyId,
        upstreamId,
      }),
    );
    this.#ports.ended(model, outcome, why);
    if (why?.code === 'provider_misconfigured') this.#ports.alarm(why.code, model);
    this.#sink.end({
      outcome,
      failure: why ?? undefined,
      usage: { ...NO_USAGE, ...settled.usage, source: settled.source },
      costPicoUsd: price.cost,
      chargedPicoUsd: price.charged,
      savingsPermille: price.savings,
      bodyId,
      storedIds: (this.#reader?.storedIds ?? []) as string[],
      upstreamId,
      finalBytes: this.#finalBytes(price, model, why),
      notes: this.#notes(),
    });
  }

  /** What cannot be priced must not keep the attempt from its end: it is free, and an alarm. */
  #price(servedModel: string, usage: Usage): AttemptPrice {
    const { routedModel, holdPicoUsd } = this.#begin;
    try {
      const price = priceAttempt(this.#ports.rateCard(this.#facts), {
        usage,
        servedModel,
        routedModel,
        baselineModel: this.#ports.baselineModel,
        payable: this.#accepted && !this.#fruitless,
        hold: holdPicoUsd,
      });
      if (this.#accepted && !this.#fruitless && price.charged === 0n && usesTokens(usage)) {
        this.#ports.alarm('free_answer', servedModel);
      }
      return price;
    } catch {
      this.#ports.alarm('unpriced', servedModel);
      return FREE;
    }
  }

  #finalBytes(price: AttemptPrice, model: string, why: AttemptFailure | null): Buffer {
    if (!this.#accepted || this.#cancelled === 'client_gone') return NO_BYTES;
    const error = this.#cancelled === null ? null : CANCEL_ERRORS[this.#cancelled];
    return (
      this.#reader?.finalBytes({
        requestId: this.#facts.requestId,
        model,
        charged: price.charged,
        savings: price.savings,
        error: error ?? (why === null ? null : interruption(why)),
      }) ?? NO_BYTES
    );
  }
}

const NO_USAGE: Required<Usage> = {
  input: undefined,
  cacheRead: undefined,
  cacheWrite5m: undefined,
  cacheWrite1h: undefined,
  output: undefined,
  reasoning: undefined,
  images: undefined,
};

function cancelledOutcome(reason: CancelReason): string {
  if (reason === 'caller_lost') return 'orphaned';
  return reason === 'client_gone' ? 'client_gone' : 'cut';
}

function isOurDoing(reason: CancelReason | null): boolean {
  return reason === 'deadline' || reason === 'shutdown';
}

/** What a running stream is told when it ends before its time. */
function interruption({ code }: AttemptFailure): FluxError {
  return fluxError(code === 'upstream_failed' ? 'stream_interrupted' : (code as ErrorCode));
}

/** What a running stream is told when it is ended by us. */
const CANCEL_ERRORS: Readonly<Record<CancelReason, FluxError | null>> = {
  client_gone: null,
  superseded: null,
  deadline: fluxError('upstream_timeout', {
    message: 'The stream reached the longest time that one may run here.',
  }),
  key_revoked: fluxError('invalid_api_key', { message: 'The API key was revoked.' }),
  shutdown: fluxError('unavailable', { message: 'This gateway is shutting down.' }),
  caller_lost: null,
};
