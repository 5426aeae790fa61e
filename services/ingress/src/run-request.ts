import type { ServerResponse } from 'node:http';
import { type FluxError, fluxError } from '@fluxrouter/errors';
import { requestFactsBytes } from '@fluxrouter/events';
import type { Candidate, Decision, RequestFacts } from '@fluxrouter/generated/events';
import type { AttemptEnd, AttemptFailure, AttemptHead, Header } from '@fluxrouter/generated/proxy';
import type { Journal } from '@fluxrouter/journal';
import type { AttemptCall, AttemptSink, ProviderProxyPort } from '@fluxrouter/service-kit/attempts';
import type { AnswerWriter } from './answer-writer.ts';
import type { Breakers } from './breakers.ts';
import { errorOfChain } from './chain-failure.ts';
import type { ImageForm } from './image-form.ts';
import { lostAttempt } from './lost-attempt.ts';
import { committedRow } from './orphans.ts';
import type { RequestBody } from './request-body.ts';
import { endRequest, outcomeOfStatus, type RequestEnd } from './request-end.ts';
import type { Running, RunningRequests } from './running-requests.ts';

/** What a run needs from outside, the same for all. */
export interface RunPorts {
  readonly journal: Journal;
  readonly proxy: ProviderProxyPort;
  readonly breakers: Breakers;
  readonly running: RunningRequests;
  /** Whether `stream_options.include_usage` may be sent to a provider. */
  streamOptions(provider: string): boolean;
  /** Tries of one model beyond the first. */
  readonly retriesMax: number;
  readonly commitAfterMs: number;
  readonly keepAliveMs: number;
  readonly deadlineMs: number;
  /** Bytes held back before the commit point; with more, the answer is committed to. */
  readonly heldBytesMax: number;
  ended(outcome: string, status: number): void;
  /** An answer that the client may name later. */
  served(ids: readonly string[], account: string, by: Candidate): void;
  /** A bug, caught at the edge of its request. */
  fault(error: unknown): void;
}

/** What is tried: the same for every attempt but the model. */
export interface RunPlan {
  readonly facts: RequestFacts;
  readonly decision: Decision;
  bodyFor(askUsage: boolean): RequestBody;
  readonly headers: Header[];
  readonly clientWantsUsage: boolean;
  readonly costInUsage: boolean;
  /** The answer is an image, in a dialect that has no images endpoint. */
  readonly image?: ImageForm | undefined;
}

/**
 * Walks the chain of attempts up to the commit point, and writes the one answer.
 *
 * 1. `begun` is in the journal before a provider is called.
 * 2. The commit point: output is proven (or 8 s after a 2xx). Before it the next model may be tried,
 *    after it never. `committed` is in the journal before the head is written.
 * 3. The end is in the journal before the answer's last byte (not streamed: its first).
 * A crash after 1 or 2 leaves an open entry, which becomes an `orphaned` record at the next start.
 */
export class RequestRun implements AttemptSink, Running {
  readonly key: string;
  slot = -1;
  readonly #ports: RunPorts;
  readonly #plan: RunPlan;
  readonly #writer: AnswerWriter;
  readonly #failures: AttemptFailure[] = [];
  /** These two by the clock that is never set: `performance.now()`. */
  readonly #startedAtMs: number;
  #headAtMs = 0;
  #phase: 'attempting' | 'committed' | 'writing' | 'ended' = 'attempting';
  #entry = 0;
  #attempts = 0;
  #candidate = 0;
  #tries = 0;
  #attemptStartedAtMs = 0;
  #head: AttemptHead | null = null;
  #call: AttemptCall | null = null;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** Output has come: what ends the stream comes with its end. */
  #output = false;
  #clientGone = false;
  #interrupted: 'key_revoked' | 'shutdown' | 'deadline' | null = null;
  readonly #drained = (): void => this.#call?.resume();

  constructor(ports: RunPorts, plan: RunPlan, writer: AnswerWriter, response: ServerResponse) {
    this.#ports = ports;
    this.#plan = plan;
    this.#writer = writer;
    this.key = plan.facts.key;
    this.#startedAtMs = performance.now();
    response.on('close', () => this.#onClientGone());
  }

  start(): void {
    const { journal, running } = this.#ports;
    running.add(this);
    this.#entry = journal.begin(requestFactsBytes(this.#plan.facts));
    journal.whenDurable((error) =>
      this.#guard(() => {
        if (error !== null) this.#refuse(fluxError('unavailable'));
        else this.#nextAttempt();
      }),
    );
  }

  // The chain

  #nextAttempt(): void {
    const nowMs = Date.now();
    const candidate = this.#nextCandidate(nowMs);
    if (this.#clientGone) this.#finish({ outcome: 'client_gone', status: 0 });
    else if (this.#interrupted !== null) this.#refuse(INTERRUPTED[this.#interrupted]);
    else if (candidate === undefined) this.#refuse(errorOfChain(this.#failures));
    else this.#attempt(candidate, nowMs);
  }

  #nextCandidate(nowMs: number): Candidate | undefined {
    const { chain } = this.#plan.decision;
    // The last of the chain is tried whatever its breaker says: there is nothing to lose.
    while (
      this.#tries === 0 &&
      this.#candidate < chain.length - 1 &&
      this.#ports.breakers.isOpen(chain[this.#candidate]?.model ?? '', nowMs)
    ) {
      this.#candidate++;
    }
    return chain[this.#candidate];
  }

  #attempt(candidate: Candidate, nowMs: number): void {
    const { facts, decision, headers, image } = this.#plan;
    const askUsage = facts.stream && this.#ports.streamOptions(candidate.provider);
    const { bytes: body, modelStart, modelEnd } = image?.body ?? this.#plan.bodyFor(askUsage);
    this.#attempts++;
    this.#attemptStartedAtMs = nowMs;
    this.#headAtMs = 0;
    this.#call = this.#ports.proxy.begin(
      {
        request: facts,
        number: this.#attempts,
        candidate,
        dialect: image === undefined ? facts.dialect : 'openai-images',
        stream: facts.stream && image === undefined,
        body,
        modelStart,
        modelEnd,
        headers,
        clientWantsUsage: this.#plan.clientWantsUsage,
        costInUsage: this.#plan.costInUsage,
        holdPicoUsd: 0n,
        routedModel: decision.routedModel,
        initialCredit: 0,
      },
      this,
    );
  }

  head(head: AttemptHead): void {
    this.#head = head;
    this.#headAtMs = performance.now();
  }

  data(bytes: Buffer, output: boolean, atBoundary: boolean): boolean {
    if (output) this.#output = true;
    if (this.#phase === 'writing') return this.#writer.write(bytes, atBoundary, this.#drained);
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    const proven = output || this.#heldBytes > this.#ports.heldBytesMax;
    // What was on its way when it was cancelled is nobody's.
    if (this.#phase === 'attempting' && proven && !this.#clientGone && this.#interrupted === null) {
      this.#guard(() => this.#commit());
    }
    return this.#heldBytes <= this.#ports.heldBytesMax;
  }

  // The commit point

  #commit(): void {
    const { journal } = this.#ports;
    const { facts, decision } = this.#plan;
    const candidate = decision.chain[this.#candidate];
    if (candidate === undefined) return;
    this.#phase = 'committed';
    this.#writer.servedBy(candidate.model, this.#head?.headers ?? []);
    if (facts.stream) {
      const attempt = {
        number: this.#attempts,
        candidate,
        status: this.#head?.status ?? 200,
        startedAtMs: this.#attemptStartedAtMs,
      };
      const shown = { servedModel: candidate.model, routed: this.#writer.routed };
      const closesAttempt = this.#ports.proxy.closesOrphans !== true;
      journal.update(this.#entry, committedRow(facts, attempt, shown, { closesAttempt }));
      journal.whenDurable(() => this.#guard(() => this.#startWriting()));
    }
    this.#call?.accept();
  }

  #startWriting(): void {
    if (this.#phase !== 'committed' || this.#clientGone) return;
    this.#phase = 'writing';
    const held = this.#held;
    this.#held = [];
    const flowing = this.#writer.startStream(held, this.#drained);
    if (flowing && this.#heldBytes > this.#ports.heldBytesMax) this.#call?.resume();
    this.#heldBytes = 0;
  }

  // The end

  end(end: AttemptEnd): void {
    this.#call = null;
    this.#guard(() => this.#attemptEnded(end));
  }

  lost(begun: boolean): void {
    this.#call = null;
    if (!begun) this.#attempts--;
    this.#guard(() => {
      const outcome = this.#clientGone ? 'client_gone' : 'cut';
      const shown = this.#phase === 'writing' || this.#heldBytes > 0;
      const finalBytes = this.#plan.facts.stream ? this.#writer.interruption(shown) : NO_BYTES;
      const end = lostAttempt(begun, outcome, finalBytes);
      // No fault of the model's: its breaker is not told.
      if (this.#phase === 'attempting') this.#attemptFailed(end.failure);
      else this.#finishServed(end, this.#candidateModel(), Date.now());
    });
  }

  #attemptEnded(end: AttemptEnd): void {
    const nowMs = Date.now();
    const model = this.#candidateModel();
    if (!this.#clientGone && this.#interrupted === null)
      this.#ports.breakers.note(model, end.failure, nowMs);
    if (this.#phase === 'attempting') this.#attemptFailed(end.failure);
    else this.#finishServed(end, model, nowMs);
  }

  #candidateModel(): string {
    return this.#plan.decision.chain[this.#candidate]?.model ?? '';
  }

  #attemptFailed(failure: AttemptFailure | undefined): void {
    this.#held = [];
    this.#heldBytes = 0;
    if (failure !== undefined) {
      this.#failures.push(failure);
      const again = failure.retryMayHelp && this.#tries < this.#ports.retriesMax;
      if (again) this.#tries++;
      else if (failure.nextMayHelp) {
        this.#candidate++;
        this.#tries = 0;
      } else this.#candidate = this.#plan.decision.chain.length;
    }
    this.#nextAttempt();
  }

  #finishServed(end: AttemptEnd, model: string, nowMs: number): void {
    const { journal } = this.#ports;
    const { facts, decision, image } = this.#plan;
    if (image !== undefined && end.failure === undefined) {
      end.finalBytes = image.finalBytes(end, model);
    }
    // It was committed to without output, and failed before provider-proxy had heard of that.
    if (facts.stream && end.failure !== undefined && !this.#output && end.finalBytes.length === 0) {
      end.finalBytes = this.#writer.interruption(this.#phase === 'writing');
    }
    // Not streamed, and nothing of it came: an error can still be told.
    if (!facts.stream && end.finalBytes.length === 0 && end.failure !== undefined) {
      this.#refuse(fluxError('upstream_failed'));
      return;
    }
    endRequest(journal, this.#entry, facts, {
      outcome: end.outcome,
      status: 200,
      errorCode: end.failure?.code ?? this.#interrupted ?? '',
      finishedAtMs: nowMs,
      attempts: this.#attempts,
      servedModel: model,
      routed: this.#writer.routed,
      bodyId: image?.bodyId ?? end.bodyId,
      upstreamId: end.upstreamId,
      notes: image === undefined ? end.notes : [...end.notes, ...image.notes],
    });
    const by = decision.chain[this.#candidate];
    if (end.storedIds.length > 0 && by !== undefined) {
      this.#ports.served([end.bodyId, ...end.storedIds], facts.account, by);
    }
    journal.whenDurable(() =>
      this.#guard(() => {
        if (!this.#clientGone) {
          if (facts.stream) this.#startWriting();
          this.#writer.finish(end);
        }
        this.#over(end.outcome, 200);
      }),
    );
  }

  #refuse(error: FluxError): void {
    const status = this.#writer.statusOf(error);
    const end: RequestEnd = { outcome: outcomeOfStatus(status), status, finishedAtMs: Date.now() };
    this.#finish({ ...end, errorCode: error.code }, () => this.#writer.refuse(error));
  }

  #finish(end: Omit<RequestEnd, 'finishedAtMs'>, write: () => void = () => {}): void {
    const { journal } = this.#ports;
    endRequest(journal, this.#entry, this.#plan.facts, {
      finishedAtMs: Date.now(),
      attempts: this.#attempts,
      ...end,
    });
    journal.whenDurable(() =>
      this.#guard(() => {
        if (!this.#clientGone) write();
        this.#over(end.outcome, end.status);
      }),
    );
  }

  #over(outcome: string, status: number): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'ended';
    this.#held = [];
    this.#ports.running.remove(this);
    this.#ports.ended(outcome, status);
  }

  /** A bug of ours ends this request and no other. */
  #guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#ports.fault(error);
      this.#breakDown();
    }
  }

  #breakDown(): void {
    if (this.#phase === 'ended') return;
    const { journal } = this.#ports;
    this.#call?.cancel('superseded');
    this.#call = null;
    const error = fluxError('internal_error');
    endRequest(journal, this.#entry, this.#plan.facts, {
      outcome: 'failed',
      status: error.status,
      errorCode: error.code,
      finishedAtMs: Date.now(),
      attempts: this.#attempts,
    });
    this.#over('failed', error.status);
    journal.whenDurable(() => this.#writer.refuse(error));
  }

  // From outside

  #onClientGone(): void {
    if (this.#phase === 'ended' || this.#writer.finished) return;
    this.#clientGone = true;
    this.#call?.cancel('client_gone');
  }

  interrupt(reason: 'key_revoked' | 'shutdown' | 'deadline'): void {
    if (this.#phase === 'ended' || this.#interrupted !== null) return;
    this.#interrupted = reason;
    this.#call?.cancel(reason);
  }

  tick(nowMs: number): void {
    const { commitAfterMs, keepAliveMs, deadlineMs } = this.#ports;
    if (nowMs - this.#startedAtMs > deadlineMs) this.interrupt('deadline');
    else if (this.#phase === 'writing') this.#writer.keepAlive(nowMs, keepAliveMs);
    else if (this.#phase === 'attempting' && this.#plan.facts.stream && this.#headAtMs > 0) {
      if (nowMs - this.#headAtMs >= commitAfterMs) this.#commit();
    }
  }
}

const NO_BYTES = Buffer.alloc(0);

const INTERRUPTED = {
  key_revoked: fluxError('invalid_api_key'),
  shutdown: fluxError('unavailable'),
  deadline: fluxError('upstream_timeout'),
} as const;
