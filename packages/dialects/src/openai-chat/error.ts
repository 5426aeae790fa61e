import type { FluxError } from '@fluxrouter/errors';
import { encodeFrame } from '@fluxrouter/sse';
import type { UpstreamError } from '../dialect.ts';
import { openAiError } from '../openai-error.ts';
import { classify, readVendorError } from '../upstream-error.ts';

/**
 * The frame that ends a chat stream: openai-node throws on a chunk with `error`. No `[DONE]` comes
 * after it, or the answer would look complete.
 */
export function streamError(
  error: FluxError,
  requestId: string,
  _snapshot: unknown,
  betweenFrames = true,
): Buffer {
  const frame = encodeFrame({ data: JSON.stringify(openAiError(error, requestId)) });
  return betweenFrames ? frame : Buffer.concat([BLANK_LINE, frame]);
}

const BLANK_LINE = Buffer.from('\n\n');

export function streamEnd(): Buffer {
  return encodeFrame({ data: '[DONE]' });
}

export function classifyUpstreamError(status: number, body: Buffer): UpstreamError {
  return classify(status, readVendorError(body));
}
