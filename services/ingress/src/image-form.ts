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
import type { Decision } from '@fluxrouter/generated/events';
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

interface ImageRequest {
  readonly id: string;
  readonly receivedAtMs: number;
  readonly dialect: Dialect;
  readonly reading: RequestReading;
  readonly costInUsage: boolean;
}

/** null: no image model is asked, or it is on the path that is made for it. */
export function imageFormOf(
  request: ImageRequest,
  { lane }: Decision,
): ImageForm | null | FluxError {
  const { name } = request.dialect;
  if (lane !== 'image' || !makesImagesIn(name)) return null;
  const ask = imageAskOf(name, request.reading);
  if (isFluxError(ask)) return ask;
  const { body: bytes, modelStart, modelEnd, notes } = ask;
  return {
    body: { bytes, modelStart, modelEnd },
    bodyId: imageBodyId(name, request.id),
    notes,
    finalBytes: (end, servedModel) => finalBytes(name, request, end, servedModel),
  };
}

function finalBytes(
  name: ImageClientDialect,
  { id, receivedAtMs, dialect, reading, costInUsage }: ImageRequest,
  end: AttemptEnd,
  servedModel: string,
): Buffer {
  const images = end.finalBytes as Buffer;
  if (images.length === 0) {
    if (!reading.stream || end.outcome === 'client_gone') return images;
    const error = fluxError((end.failure?.code as ErrorCode | undefined) ?? 'stream_interrupted');
    return dialect.streamError(error, id, NOTHING_SENT, true);
  }
  const cost = { costUsd: formatUsd(end.chargedPicoUsd), model: servedModel, requestId: id };
  const encode = reading.stream ? streamedImageAnswer : wholeImageAnswer;
  return encode(name, {
    images,
    usage: end.usage ?? {},
    model: servedModel,
    bodyId: imageBodyId(name, id),
    createdSeconds: Math.floor(receivedAtMs / 1000),
    includeUsage: reading.includeUsage || costInUsage,
    flux: costInUsage ? cost : null,
  });
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
