import { type AttemptBegin, AttemptEnd, type AttemptHead } from '@fluxrouter/generated/proxy';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { AttemptCall, AttemptSink, CancelReason, ProviderProxyPort } from '../../attempts.ts';
import { RpcError, toGrpcStatus } from '../rpc-error.ts';
import type { ServedService, StreamHandler } from '../serve.ts';
import { attemptAtOnce } from './attempt-at-once.ts';
import { FrameBatch } from './frame-batch.ts';
import { type FrameListener, readFrames } from './frame-reader.ts';
import { attemptsService, NOT_BEGUN } from './method.ts';

export interface ServeAttemptsOptions {
  /** The largest body of a request, bytes. */
  readonly requestBytesMax?: number;
  /** `begin` has thrown: that attempt ends as lost, the others go on. */
  readonly onFault?: (thrown: unknown) => void;
}

export interface AttemptsService extends ServedService {
  /** Tells all callers to begin elsewhere from now on. What runs goes on. */
  drain(): void;
  readonly running: number;
}

type FrameStream = ServerDuplexStream<Buffer, Buffer>;
type Limits = Required<ServeAttemptsOptions>;

/** The server's side of `Attempts`, and of `Attempt` for tools. */
export function serveAttempts(
  proxy: ProviderProxyPort,
  options: ServeAttemptsOptions = {},
): AttemptsService {
  const limits: Limits = {
    requestBytesMax: options.requestBytesMax ?? 256 * 1024 * 1024,
    onFault: options.onFault ?? (() => {}),
  };
  const callers = new Set<Caller>();
  let draining = false;
  const handle = (stream: FrameStream) => {
    const caller = new Caller(stream, proxy, limits, () => callers.delete(caller));
    callers.add(caller);
    if (draining) caller.drain();
  };
  return {
    definition: attemptsService,
    implementation: { attempt: attemptAtOnce(proxy) },
    streams: { attempts: handle as unknown as StreamHandler },
    drain() {
      draining = true;
      for (const caller of callers) caller.drain();
    },
    get running() {
      return [...callers].reduce((sum, caller) => sum + caller.running, 0);
    },
  };
}

/** One process that has its attempts made here: one stream. */
class Caller implements FrameListener {
  readonly #stream: FrameStream;
  readonly #proxy: ProviderProxyPort;
  readonly #limits: Limits;
  readonly #gone: () => void;
  readonly #attempts = new Map<number, ServedAttempt>();
  readonly #batch: FrameBatch;
  #over = false;
  #ended = false;

  constructor(stream: FrameStream, proxy: ProviderProxyPort, limits: Limits, gone: () => void) {
    this.#stream = stream;
    this.#proxy = proxy;
    this.#limits = limits;
    this.#gone = gone;
    this.#batch = new FrameBatch((message) => this.#over || stream.write(message));
    stream.on('data', (message: Buffer) => this.#received(message));
    stream.on('drain', () => {
      this.#batch.resume();
      this.#endWhenDone();
    });
    stream.on('end', () => {
      this.#ended = true;
      this.#endWhenDone();
    });
    stream.on('cancelled', () => this.#lost());
    stream.on('error', () => this.#lost());
  }

  get running(): number {
    return this.#attempts.size;
  }

  drain(): void {
    if (!this.#over) this.#batch.frames.drain();
  }

  #received(message: Buffer): void {
    try {
      readFrames(message, this);
    } catch (thrown) {
      // No frames of ours: nothing that follows could be trusted.
      this.#limits.onFault(thrown);
      this.#lost();
      const error = new RpcError('invalid_argument', 'these are no frames of attempts');
      this.#stream.emit('error', toGrpcStatus(error));
    }
  }

  /** The process that asked is gone, and with it whoever waited for the answers. */
  #lost(): void {
    if (this.#over) return;
    this.#over = true;
    this.#gone();
    for (const attempt of this.#attempts.values()) attempt.cancel('caller_lost');
    this.#attempts.clear();
  }

  #endWhenDone(): void {
    if (!this.#ended || this.#over || this.#attempts.size > 0 || !this.#batch.empty) return;
    this.#over = true;
    this.#gone();
    this.#stream.end();
  }

  begin(id: number, begin: AttemptBegin): void {
    const attempt = new ServedAttempt(id, begin, this.#batch, () => {
      this.#attempts.delete(id);
      // What is written now goes at the turn's end.
      if (this.#ended) setImmediate(() => setImmediate(() => this.#endWhenDone()));
    });
    this.#attempts.set(id, attempt);
    const all = begin.bodyBytes ?? 0;
    if (all > this.#limits.requestBytesMax)
      this.#fault(attempt, new RangeError('too large a body'));
    else if (all <= begin.body.length) this.#start(attempt);
  }

  #start(attempt: ServedAttempt): void {
    try {
      attempt.start(this.#proxy);
    } catch (thrown) {
      this.#fault(attempt, thrown);
    }
  }

  #fault(attempt: ServedAttempt, thrown: unknown): void {
    this.#limits.onFault(thrown);
    attempt.end(notBegun());
  }

  /** A part of the body. */
  data(id: number, bytes: Buffer): void {
    const attempt = this.#attempts.get(id);
    if (attempt?.addBody(bytes) === true) this.#start(attempt);
  }

  accept(id: number): void {
    this.#attempts.get(id)?.accept();
  }

  cancel(id: number, reason: string): void {
    this.#attempts.get(id)?.cancel(reason as CancelReason);
  }

  credit(id: number, bytes: number): void {
    this.#attempts.get(id)?.credit(bytes);
  }
}

type Held = readonly [bytes: Buffer, output: boolean, atBoundary: boolean];

class ServedAttempt implements AttemptSink {
  readonly #id: number;
  readonly #begin: AttemptBegin;
  readonly #batch: FrameBatch;
  readonly #over: () => void;
  #call: AttemptCall | null = null;
  #body: Buffer[] | null = null;
  #bodyBytes = 0;
  /** Bytes that the caller takes. Data goes while there is any; the last may take more than that. */
  #credit: number;
  #held: Held[] = [];
  #heldEnd: AttemptEnd | null = null;
  #ended = false;

  constructor(id: number, begin: AttemptBegin, batch: FrameBatch, over: () => void) {
    this.#id = id;
    this.#begin = begin;
    this.#batch = batch;
    this.#over = over;
    this.#credit = begin.initialCredit;
  }

  /** Returns true when the body is whole. */
  addBody(part: Buffer): boolean {
    if (this.#call !== null || this.#ended) return false;
    // A copy would be made anyhow when the parts are joined; the message is theirs until then.
    this.#body ??= [this.#begin.body as Buffer];
    this.#body.push(part);
    this.#bodyBytes += part.length;
    if (this.#begin.body.length + this.#bodyBytes < (this.#begin.bodyBytes ?? 0)) return false;
    this.#begin.body = Buffer.concat(this.#body);
    this.#body = null;
    return true;
  }

  start(proxy: ProviderProxyPort): void {
    this.#call = proxy.begin(this.#begin, this);
  }

  // The caller's side

  accept(): void {
    this.#call?.accept();
  }

  cancel(reason: CancelReason): void {
    // What the caller has not read by now it will not read.
    this.#held = [];
    this.#credit = Number.POSITIVE_INFINITY;
    if (this.#call === null) this.end(notBegun());
    else if (this.#heldEnd !== null) this.#finish(this.#heldEnd);
    else this.#call.cancel(reason);
  }

  credit(bytes: number): void {
    const wasOut = this.#credit <= 0;
    this.#credit += bytes;
    let sent = 0;
    for (const [held, output, atBoundary] of this.#held) {
      if (this.#credit <= 0) break;
      this.#send(held, output, atBoundary);
      sent += 1;
    }
    if (sent > 0) this.#held = this.#held.slice(sent);
    if (this.#held.length > 0) return;
    if (this.#heldEnd !== null) this.#finish(this.#heldEnd);
    else if (wasOut && this.#credit > 0) this.#call?.resume();
  }

  // Provider-proxy's side

  head(head: AttemptHead): void {
    if (!this.#ended) this.#batch.frames.head(this.#id, head);
  }

  data(bytes: Buffer, output: boolean, atBoundary: boolean): boolean {
    if (this.#ended) return true;
    if (this.#held.length > 0 || (this.#credit <= 0 && bytes.length > 0)) {
      this.#held.push([bytes, output, atBoundary]);
      return false;
    }
    this.#send(bytes, output, atBoundary);
    return this.#credit > 0;
  }

  end(end: AttemptEnd): void {
    if (this.#ended || this.#heldEnd !== null) return;
    if (this.#held.length > 0) this.#heldEnd = end;
    else this.#finish(end);
  }

  lost(): void {
    this.end(notBegun());
  }

  #send(bytes: Buffer, output: boolean, atBoundary: boolean): void {
    this.#credit -= bytes.length;
    this.#batch.data(this.#id, bytes, output, atBoundary);
  }

  #finish(end: AttemptEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#batch.end(this.#id, end);
    this.#over();
  }
}

/** The provider was not called: there is nothing to tell of the attempt. */
const notBegun = (): AttemptEnd => AttemptEnd.fromPartial({ outcome: NOT_BEGUN });
