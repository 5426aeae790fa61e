import {
  type Dialect,
  type ImageClientDialect,
  imageAskOf,
  imageBodyId,
  makesImagesIn,
  type RequestReading,
  streamedImageAnswer,
  wholeImageAnswer,
} from '@fluxrouter/dialects';
import { type ErrorCode, type FluxError, fluxError, isFluxError } from '@fluxrouter/errors';
import { idTimeMs } from '@fluxrouter/events';
import type { AttemptEnd } from '@fluxrouter/generated/proxy';
import { formatUsd } from '@fluxrouter/pricing';
import type { RequestBody } from './request-body.ts';

/** An image model that is named in a chat or a responses call: how it is asked, and how it is told. */
export interface ImageForm {
  readonly body: RequestBody;
  /** Ours: an images answer has none. */
  readonly bodyId: string;
  readonly notes: readonly string[];
  /** All of the answer in the client's dialect; of a stream that was begun for nothing, its error. */
  finalBytes(end: AttemptEnd, servedModel: string): Buffer;
}

/** null: the path is the one that is made for images. */
export function imageFormOf(
  id: string,
  dialect: Dialect,
  reading: RequestReading,
  costInUsage: boolean,
): ImageForm | null | FluxError {
  const { name } = dialect;
  if (!makesImagesIn(name)) return null;
  const ask = imageAskOf(name, reading);
  if (isFluxError(ask)) return ask;
  const { body: bytes, modelStart, modelEnd, notes } = ask;
  const bodyId = imageBodyId(name, id);
  const encode = reading.stream ? streamedImageAnswer : wholeImageAnswer;

  function finalBytes(end: AttemptEnd, model: string): Buffer {
    const images = end.finalBytes as Buffer;
    if (images.length === 0) {
      if (!reading.stream || end.outcome === 'client_gone') return images;
      const error = fluxError((end.failure?.code as ErrorCode | undefined) ?? 'stream_interrupted');
      return dialect.streamError(error, id, NOTHING_SENT, true);
    }
    const costUsd = formatUsd(end.chargedPicoUsd);
    return encode(name as ImageClientDialect, {
      images,
      usage: end.usage ?? {},
      model,
      bodyId,
      createdSeconds: Math.floor(idTimeMs(id) / 1000),
      includeUsage: reading.includeUsage || costInUsage,
      flux: costInUsage ? { costUsd, model, requestId: id } : null,
    });
  }

  return { body: { bytes, modelStart, modelEnd }, bodyId, notes, finalBytes };
}

const NOTHING_SENT = {
  bodyId: null,
  upstreamModel: null,
  usage: null,
  usageIsFinal: false,
  finish: null,
  sawOutput: false,
  sawTerminal: false,
  error: null,
  contentBytes: 0,
  sequenceNumber: -1,
  frames: 0,
  storedIds: [],
  createdAt: null,
} as const;
