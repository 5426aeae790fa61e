import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dialect } from '@fluxrouter/dialects';
import { type FluxError, fluxError } from '@fluxrouter/errors';
import type { Decision } from '@fluxrouter/generated/events';
import type { AttemptEnd, Header } from '@fluxrouter/generated/proxy';
import { formatUsd } from '@fluxrouter/pricing';
import { answerHead, type Shown } from './http/answer-head.ts';
import { ChunkWriter } from './http/chunk-writer.ts';
import { endWith } from './http/end-with.ts';
import { writeError } from './http/write-error.ts';
import { routorHeaders } from './routor-headers.ts';

const KEEP_ALIVE = Buffer.from(': keep-alive\n\n');

export interface AnswerWords {
  readonly requestId: string;
  readonly originalModel: string;
  readonly dialect: Dialect;
  readonly decision: Decision;
  readonly debugRouting: boolean;
  readonly trailers: boolean;
}

/** Writes one answer to the client: streamed, whole, or an error. */
export class AnswerWriter {
  /** The served model is not the one that the sent id names. */
  readonly routed: boolean;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #words: AnswerWords;
  #servedModel = '';
  #upstreamHeaders: readonly Header[] = [];
  #lastWriteMs = 0;
  #atBoundary = true;
  #chunks: ChunkWriter | null = null;
  finished = false;

  constructor(request: IncomingMessage, response: ServerResponse, words: AnswerWords) {
    this.#request = request;
    this.#response = response;
    this.#words = words;
    this.routed = words.decision.profile !== 'direct';
  }

  servedBy(model: string, upstreamHeaders: readonly Header[]): void {
    this.#servedModel = model;
    this.#upstreamHeaders = upstreamHeaders;
  }

  statusOf(error: FluxError): number {
    return this.#words.dialect.errorStatus(error);
  }

  /**
   * Head and first bytes go out in one packet: nobody who has seen the one is without the other.
   * @returns as `write`.
   */
  startStream(held: readonly Buffer[], drained: () => void): boolean {
    const { socket } = this.#response;
    const head = this.#head({});
    head.push('cache-control', 'no-cache');
    if (this.#words.trailers) head.push('trailer', 'X-Flux-Cost-Usd');
    socket?.cork();
    this.#response.writeHead(200, head);
    this.#response.flushHeaders();
    this.#chunks = new ChunkWriter(this.#response);
    let flowing = true;
    for (const bytes of held) flowing = this.write(bytes, true, drained);
    socket?.uncork();
    this.#lastWriteMs = performance.now();
    return flowing;
  }

  /** @returns false where the client does not read as fast: `drained` is called when it has. */
  write(bytes: Buffer, atBoundary: boolean, drained: () => void): boolean {
    this.#atBoundary = atBoundary;
    this.#lastWriteMs = performance.now();
    if (this.#chunks === null || this.#chunks.write(bytes)) return true;
    this.#chunks.onDrain(drained);
    return false;
  }

  keepAlive(nowMs: number, everyMs: number): void {
    if (!this.#atBoundary || nowMs - this.#lastWriteMs < everyMs) return;
    this.#lastWriteMs = nowMs;
    this.#chunks?.write(KEEP_ALIVE);
  }

  /** The last of a stream, or all of an answer that is not one. */
  finish(end: AttemptEnd): void {
    this.finished = true;
    if (this.#response.headersSent) {
      if (this.#words.trailers) {
        this.#response.addTrailers([['X-Flux-Cost-Usd', formatUsd(end.chargedPicoUsd)]]);
      }
      // `end` lets go of it.
      this.#response.socket?.cork();
      this.#chunks?.write(end.finalBytes as Buffer);
      this.#response.end();
      return;
    }
    const head = this.#head({
      costPicoUsd: end.chargedPicoUsd,
      savingsPermille: end.savingsPermille,
    });
    const body = end.finalBytes as Buffer;
    head.push('content-length', String(body.length));
    this.#response.writeHead(200, head);
    endWith(this.#response, body);
  }

  /**
   * The last bytes of a stream whose provider-proxy went: what it had read along went with it.
   * @param shown the client has some of the answer, or will
   */
  interruption(shown: boolean): Buffer {
    const { dialect, requestId } = this.#words;
    const known = dialect.createObserver({ clientWantsUsage: false }).snapshot;
    const snapshot = shown ? { ...known, bodyId: requestId.replace(/^req_/, 'resp_') } : known;
    const error = fluxError('stream_interrupted');
    return dialect.streamError(error, requestId, snapshot, this.#atBoundary);
  }

  refuse(error: FluxError): void {
    this.finished = true;
    const { dialect } = this.#words;
    writeError(this.#request, this.#response, dialect, error, {
      ...this.#shown(),
      servedModel: '',
      routed: false,
      costPicoUsd: 0n,
    });
  }

  #shown(): Shown {
    return {
      requestId: this.#words.requestId,
      servesModels: true,
      originalModel: this.#words.originalModel,
      servedModel: this.#servedModel,
      routed: this.routed,
    };
  }

  #head(known: { costPicoUsd?: bigint; savingsPermille?: number | undefined }): string[] {
    const { debugRouting, decision } = this.#words;
    const head = answerHead({
      ...this.#shown(),
      ...(known.costPicoUsd === undefined ? {} : { costPicoUsd: known.costPicoUsd }),
      ...(debugRouting
        ? { routor: routorHeaders(decision, this.#servedModel, known.savingsPermille) }
        : {}),
    });
    for (const { name, value } of this.#upstreamHeaders) head.push(name, value);
    return head;
  }
}
