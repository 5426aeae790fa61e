import type { Note } from '@fluxrouter/conversation';
import type { FluxError } from '@fluxrouter/errors';
import type { AttemptFailure } from '@fluxrouter/generated/proxy';
import type { Usage } from '@fluxrouter/pricing';

/** Reads one 2xx, whole or streamed, and passes it on. */
export interface AnswerReader {
  push(chunk: Buffer): void;
  /** Upstream is done; with a failure where it died. */
  end(why: AttemptFailure | null): void;
  readonly usage: Usage | null;
  readonly bodyId: string | null;
  readonly upstreamModel: string | null;
  /** Under which the provider may keep parts of the answer, beside `bodyId`. */
  readonly storedIds: readonly string[];
  /** What translation could not carry; absent: nothing is translated. */
  readonly notes?: readonly Note[];
  /** completed, incomplete, refused, failed or cut */
  readonly outcome: string;
  readonly failure: AttemptFailure | null;
  /** Something of the answer itself has come, or its end. */
  readonly sawOutput: boolean;
  /** For an estimate, where no usage was reported: the kept bytes, and what all would have been. */
  readonly kept: { readonly bytes: Buffer; readonly totalBytes: number };
  /** Upstream has counted all of the output. */
  readonly usageIsFinal: boolean;
  /** The last of a stream, or all of an answer that is not streamed, spliced. */
  finalBytes(end: AnswerEnding): Buffer;
}

export interface AnswerEnding {
  readonly requestId: string;
  readonly model: string;
  /** Pico-USD. */
  readonly charged: bigint;
  /** Tenths of a percent. */
  readonly savings: number | undefined;
  /** Told to the client as the dialect does where the stream ended too early. */
  readonly error: FluxError | null;
}

export interface AnswerListener {
  data(bytes: Buffer, output: boolean, atBoundary: boolean): void;
  /** All of the answer is here. */
  over(): void;
  /** There is no answer, and nothing has been passed on that proves output. */
  failed(why: AttemptFailure): void;
}
