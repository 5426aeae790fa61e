import type { AttemptBegin, AttemptEnd, AttemptHead } from '@fluxrouter/generated/proxy';
import type { AttemptCall, AttemptSink, CancelReason, ProviderProxyPort } from '../../attempts.ts';
import {
  FramePeers,
  type FrameSession,
  type FrameWire,
  type PeerAddresses,
  type PeerConnection,
} from '../frame-peers.ts';
import { Rest } from '../rest.ts';
import { RpcError } from '../rpc-error.ts';
import { FrameBatch } from './frame-batch.ts';
import { type FrameListener, readFrames } from './frame-reader.ts';
import { attemptsService, NOT_BEGUN } from './method.ts';

export interface AttemptsOptions extends PeerAddresses {
  /** Bytes of one attempt that may be on their way or unread. */
  readonly creditBytes?: number;
  /** How long a cancelled attempt may take to end; then it is given up. */
  readonly cancelGraceMs?: number;
  /** A sink has thrown: its attempt is cancelled, the others go on. */
  readonly onFault?: (thrown: unknown) => void;
}

type Limits = Required<Pick<AttemptsOptions, 'creditBytes' | 'cancelGraceMs' | 'onFault'>>;

/**
 * Provider-proxies of other processes as one port. Attempts of all requests share one stream to
 * each; every attempt has credit of its own, so that a client who reads slowly holds up nobody else.
 */
export function connectAttempts(options: AttemptsOptions): PeerConnection<ProviderProxyPort> {
  const limits: Limits = {
    creditBytes: options.creditBytes ?? 256 * 1024,
    cancelGraceMs: options.cancelGraceMs ?? 5000,
    onFault: options.onFault ?? (() => {}),
  };
  const peers = new FramePeers(
    options,
    attemptsService.attempts,
    (wire: FrameWire<Buffer>) => new AttemptsSession(wire, limits),
  );
  return {
    api: {
      closesOrphans: true,
      begin(begin, sink) {
        const call = new RemoteAttempt(sink, limits);
        const session = peers.pick();
        if (session !== null) session.run(call, begin);
        else {
          peers.whenUp((found) => {
            if (found instanceof RpcError) call.lost(false);
            else if (!call.ended) found.run(call, begin);
          });
        }
        return call;
      },
    },
    up: () => peers.up,
    close: () => peers.close(),
  };
}

/** Others come before a peer that has refused an attempt, for so long. */
const REFUSED_REST_MS = 1000;

/** The attempts that run on one stream. */
class AttemptsSession implements FrameSession<Buffer>, FrameListener {
  readonly #wire: FrameWire<Buffer>;
  readonly #limits: Limits;
  readonly #calls = new Map<number, RemoteAttempt>();
  readonly batch: FrameBatch;
  draining = false;
  #last = 0;
  /** After a refusal: its journal is full. */
  readonly #rest = new Rest(REFUSED_REST_MS);

  constructor(wire: FrameWire<Buffer>, limits: Limits) {
    this.#wire = wire;
    this.#limits = limits;
    this.batch = new FrameBatch((message) => wire.write(message));
  }

  get load(): number {
    return this.#rest.loadOf(this.#calls.size);
  }

  run(call: RemoteAttempt, begin: AttemptBegin): void {
    do this.#last = (this.#last + 1) >>> 0;
    while (this.#last === 0 || this.#calls.has(this.#last));
    this.#calls.set(this.#last, call);
    this.batch.begin(this.#last, begin, this.#limits.creditBytes);
    call.beganOn(this, this.#last);
  }

  received(message: Buffer): void {
    readFrames(message, this);
  }

  writable(): void {
    this.batch.resume();
  }

  lost(): void {
    for (const call of this.#calls.values()) this.#guard(call, () => call.lost(true));
    this.#calls.clear();
  }

  forget(attempt: number): void {
    this.#calls.delete(attempt);
    if (this.draining && this.#calls.size === 0) this.#wire.end();
  }

  // What comes for a call that was given up is dropped.

  head(attempt: number, head: AttemptHead): void {
    const call = this.#calls.get(attempt);
    if (call !== undefined) this.#guard(call, () => call.head(head));
  }

  data(attempt: number, bytes: Buffer, output: boolean, boundary: boolean, final: boolean): void {
    const call = this.#calls.get(attempt);
    if (call === undefined) return;
    try {
      call.data(bytes, output, boundary, final);
    } catch (thrown) {
      this.#fault(call, thrown);
    }
  }

  end(attempt: number, end: AttemptEnd): void {
    const call = this.#calls.get(attempt);
    if (call === undefined) return;
    this.forget(attempt);
    if (end.outcome === NOT_BEGUN && !call.cancelled) this.#rest.begin();
    this.#guard(call, () => call.end(end));
  }

  drain(): void {
    this.draining = true;
    if (this.#calls.size === 0) this.#wire.end();
  }

  #guard(call: RemoteAttempt, step: () => void): void {
    try {
      step();
    } catch (thrown) {
      this.#fault(call, thrown);
    }
  }

  #fault(call: RemoteAttempt, thrown: unknown): void {
    this.#limits.onFault(thrown);
    call.cancel('superseded');
  }
}

class RemoteAttempt implements AttemptCall {
  readonly #sink: AttemptSink;
  readonly #limits: Limits;
  #session: AttemptsSession | null = null;
  #id = 0;
  ended = false;
  cancelled = false;
  #cancelTimer: NodeJS.Timeout | undefined;
  /** Bytes that the sink has taken and that no credit was given for yet. */
  #taken = 0;
  #paused = false;
  #finalParts: Buffer[] | null = null;

  constructor(sink: AttemptSink, limits: Limits) {
    this.#sink = sink;
    this.#limits = limits;
  }

  beganOn(session: AttemptsSession, id: number): void {
    this.#session = session;
    this.#id = id;
  }

  // Ingress' side

  accept(): void {
    if (!this.ended && !this.cancelled) this.#session?.batch.frames.accept(this.#id);
  }

  cancel(reason: CancelReason): void {
    if (this.ended || this.cancelled) return;
    this.cancelled = true;
    if (this.#session === null) {
      // Still waiting for a provider-proxy: nothing was begun.
      this.ended = true;
      queueMicrotask(() => this.#sink.lost(false));
      return;
    }
    this.#session.batch.frames.cancel(this.#id, reason);
    this.#cancelTimer = setTimeout(() => {
      this.#session?.forget(this.#id);
      this.lost(true);
    }, this.#limits.cancelGraceMs);
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#giveCredit();
  }

  // Provider-proxy's side

  head(head: AttemptHead): void {
    this.#sink.head(head);
  }

  data(bytes: Buffer, output: boolean, atBoundary: boolean, final: boolean): void {
    if (final) {
      this.#finalParts ??= [];
      this.#finalParts.push(bytes);
      return;
    }
    this.#taken += bytes.length;
    if (!this.#sink.data(bytes, output, atBoundary)) this.#paused = true;
    else if (!this.#paused) this.#giveCredit();
  }

  end(end: AttemptEnd): void {
    if (this.ended) return;
    if (end.outcome === NOT_BEGUN) return this.lost(false);
    this.#over();
    const parts = this.#finalParts;
    if (parts !== null) end.finalBytes = Buffer.concat([...parts, end.finalBytes as Buffer]);
    this.#sink.end(end);
  }

  lost(begun: boolean): void {
    if (this.ended) return;
    this.#over();
    this.#sink.lost(begun);
  }

  #over(): void {
    this.ended = true;
    clearTimeout(this.#cancelTimer);
  }

  /** In halves of the window: short answers never need any. */
  #giveCredit(): void {
    if (this.#taken < this.#limits.creditBytes / 2 || this.ended) return;
    this.#session?.batch.frames.credit(this.#id, this.#taken);
    this.#taken = 0;
  }
}
