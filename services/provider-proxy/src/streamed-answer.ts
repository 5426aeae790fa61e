import {
  type Dialect,
  DROP,
  ERROR,
  holdsSecrets,
  PASS,
  PASS_OUTPUT,
  type StreamObserver,
  TERMINAL,
  USAGE,
} from '@fluxrouter/dialects';
import type { AttemptBegin, AttemptFailure } from '@fluxrouter/generated/proxy';
import { splice } from '@fluxrouter/json-splice';
import { formatUsd, type Usage } from '@fluxrouter/pricing';
import { FrameSplitter, type Piece } from '@fluxrouter/sse';
import type { AnswerEnding, AnswerListener, AnswerReader } from './answer-reader.ts';
import type { ProviderProxyConfig } from './config.ts';
import { failure, streamFailure } from './failures.ts';
import { KeptBytes } from './kept-bytes.ts';

const NO_BYTES = Buffer.alloc(0);

/** How long upstream may take to close after the stream's last event, whose tail is passed too. */
const TAIL_MS = 1_000;

/**
 * A stream: passed on frame by frame as it comes, read along. Its last event is held back until
 * what it reports is in the journal (`finalBytes`); so is the usage event, where the client wants
 * the cost in it.
 */
export class StreamedAnswer implements AnswerReader {
  readonly #dialect: Dialect;
  readonly #listener: AnswerListener;
  readonly #splitter: FrameSplitter;
  readonly #observer: StreamObserver;
  readonly #costInUsage: boolean;
  readonly #kept: KeptBytes;
  #output = false;
  /** From the frame on that is held back: the usage event, or the last one. */
  #held: Buffer[] = [];
  #holding = false;
  /** `#held` begins with the usage event that the cost goes into. */
  #heldUsage = false;
  #terminal = false;
  #tailTimer: NodeJS.Timeout | null = null;
  /** Upstream's own error event has gone out: the client knows. */
  #errorPassed = false;
  #failure: AttemptFailure | null = null;
  #outcome = 'completed';
  #over = false;
  /** Part of a frame that is too large to be kept has passed. */
  #withinFrame = false;
  /** What the observer made of the end of the bytes. */
  #unterminated = false;

  constructor(
    config: ProviderProxyConfig,
    dialect: Dialect,
    begin: AttemptBegin,
    listener: AnswerListener,
  ) {
    this.#dialect = dialect;
    this.#listener = listener;
    this.#splitter = new FrameSplitter({ maxFrameBytes: config.frameBytesMax });
    this.#observer = dialect.createObserver({ clientWantsUsage: begin.clientWantsUsage });
    this.#costInUsage = begin.costInUsage;
    this.#kept = new KeptBytes(config.estimateBytesMax);
  }

  push(chunk: Buffer): void {
    this.#kept.push(chunk);
    for (const piece of this.#splitter.push(chunk)) this.#piece(piece);
  }

  end(why: AttemptFailure | null): void {
    if (this.#over) return;
    for (const piece of this.#splitter.end()) {
      // Half a frame is what a client drops; passed on, it would swallow the error event after it.
      if (piece.kind !== 'tail' || this.#terminal) this.#emit(piece.bytes, false);
    }
    const ending = this.#observer.end();
    if (ending === 'complete') {
      this.#finish(this.#observer.snapshot.finish ?? 'completed', null);
    } else if (ending === 'unterminated' && why === null) {
      this.#unterminated = true;
      this.#finish(this.#observer.snapshot.finish ?? 'completed', null);
    } else {
      const lost = why ?? failure('upstream_failed', { retryMayHelp: true });
      if (this.#errorPassed) this.#finish('failed', lost);
      else if (this.#output) this.#finish('cut', lost);
      else this.#fail(lost);
    }
  }

  #piece({ bytes, ends, kind }: Piece): void {
    if (this.#over) return;
    if (kind !== 'frames') {
      this.#oversized(bytes, kind);
      return;
    }
    // `from`: start of the run of frames that go out together, in one piece without a copy.
    let from = 0;
    let start = 0;
    for (const end of ends) {
      const verdict = this.#observer.frame(bytes, start, end);
      if (verdict !== PASS) from = this.#act(verdict, bytes, from, start, end);
      if (this.#over) return;
      start = end;
    }
    if (from < bytes.length) this.#emit(from === 0 ? bytes : bytes.subarray(from), true);
  }

  /** A frame that is too large to be kept passes in parts; what can be told from them is told. */
  #oversized(bytes: Buffer, kind: Piece['kind']): void {
    if (kind === 'oversized') {
      const verdict = this.#observer.oversized(bytes, !this.#withinFrame);
      this.#withinFrame = !this.#splitter.betweenFrames;
      if (verdict & (PASS_OUTPUT | TERMINAL)) this.#proveOutput();
      if (verdict & TERMINAL) this.#reachTerminal();
    }
    this.#emit(bytes, this.#splitter.betweenFrames);
  }

  /** @returns where the next run begins. */
  #act(verdict: number, bytes: Buffer, from: number, start: number, end: number): number {
    if (verdict & DROP) {
      if (start > from) this.#emit(bytes.subarray(from, start), true);
      return end;
    }
    if (verdict & ERROR && !this.#output) {
      this.#fail(streamFailure(this.#observer.snapshot.error));
      return end;
    }
    if (verdict & ERROR) {
      if (holdsSecrets(bytes.toString('utf8', start, end))) {
        // It names keys, addresses or ids of ours at the vendor: the client is told in our words.
        if (start > from) this.#emit(bytes.subarray(from, start), true);
        this.#finish('failed', streamFailure(this.#observer.snapshot.error));
        return end;
      }
      this.#errorPassed = true;
    }
    const holdFromHere =
      verdict & TERMINAL || (verdict & USAGE && this.#costInUsage) ? !this.#terminal : false;
    if (holdFromHere) {
      if (start > from) this.#emit(bytes.subarray(from, start), true);
      const keepsUsage = verdict & USAGE && this.#costInUsage;
      if (keepsUsage) this.#release();
      if (keepsUsage) this.#heldUsage = true;
      this.#holding = true;
      if (verdict & PASS_OUTPUT || verdict & TERMINAL) this.#proveOutput();
      this.#held.push(bytes.subarray(start, end));
      if (verdict & TERMINAL) this.#reachTerminal();
      return end;
    }
    if (verdict & PASS_OUTPUT) this.#output = true;
    return from;
  }

  /** An answer without any output is an answer too: its end proves it. */
  #proveOutput(): void {
    if (this.#output) return;
    this.#output = true;
    this.#listener.data(NO_BYTES, true, true);
  }

  #reachTerminal(): void {
    if (this.#terminal) return;
    this.#terminal = true;
    this.#tailTimer = setTimeout(() => this.end(null), TAIL_MS);
  }

  #emit(bytes: Buffer, atBoundary: boolean): void {
    if (bytes.length === 0) return;
    if (this.#holding) this.#held.push(bytes);
    else this.#listener.data(bytes, this.#output, atBoundary);
  }

  /** A later usage event has come: what was held goes out as it is. */
  #release(): void {
    if (!this.#holding) return;
    const held = Buffer.concat(this.#held);
    this.#held = [];
    this.#holding = false;
    this.#heldUsage = false;
    this.#emit(held, true);
  }

  #fail(why: AttemptFailure): void {
    this.#stop();
    this.#listener.failed(why);
  }

  #finish(outcome: string, why: AttemptFailure | null): void {
    this.#stop();
    this.#outcome = outcome;
    this.#failure = why;
    this.#listener.over();
  }

  #stop(): void {
    this.#over = true;
    if (this.#tailTimer !== null) clearTimeout(this.#tailTimer);
  }

  finalBytes({ requestId, model, charged, error }: AnswerEnding): Buffer {
    const parts = this.#held;
    this.#held = [];
    const usageFrame = this.#heldUsage ? parts[0] : undefined;
    if (usageFrame !== undefined) {
      const edit = this.#dialect.fluxMemberEdit(usageFrame, {
        costUsd: formatUsd(charged),
        model,
        requestId,
      });
      if (edit !== null) parts[0] = splice(usageFrame, [edit]);
    }
    const { snapshot } = this.#observer;
    if (this.#unterminated) parts.push(this.#dialect.streamEnd(snapshot));
    else if (error !== null && !this.#terminal && !this.#errorPassed) {
      parts.push(
        this.#dialect.streamError(error, requestId, snapshot, this.#splitter.betweenFrames),
      );
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }

  get usage(): Usage | null {
    return this.#observer.snapshot.usage;
  }

  get bodyId(): string | null {
    return this.#observer.snapshot.bodyId;
  }

  get upstreamModel(): string | null {
    return this.#observer.snapshot.upstreamModel;
  }

  get sawOutput(): boolean {
    return this.#output;
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

  get usageIsFinal(): boolean {
    return this.#observer.snapshot.usageIsFinal;
  }

  get storedIds(): readonly string[] {
    return this.#observer.snapshot.storedIds;
  }
}
