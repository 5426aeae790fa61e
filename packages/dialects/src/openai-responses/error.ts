import type { FluxError } from '@fluxrouter/errors';
import { encodeFrame } from '@fluxrouter/sse';
import type { StreamSnapshot, UpstreamError } from '../dialect.ts';
import { withRequestId } from '../error-text.ts';
import { openAiCode, openAiMessage } from '../openai-error.ts';
import { classify, readVendorError } from '../upstream-error.ts';

/**
 * `response.failed`, with the response under way if there was one: Codex reports anything else as
 * "stream closed before response.completed" and starts again. Where nothing has come yet, its
 * `response.created` goes first, or openai-node's accumulator refuses the stream.
 */
export function streamError(
  error: FluxError,
  requestId: string,
  snapshot: StreamSnapshot,
  betweenFrames = true,
): Buffer {
  const id = snapshot.bodyId ?? `resp_${requestId.replace(/^req_/, '')}`;
  const response = {
    id,
    object: 'response',
    created_at: snapshot.createdAt ?? 0,
    model: snapshot.upstreamModel ?? '',
    output: [],
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    parallel_tool_calls: true,
    temperature: null,
    tool_choice: 'auto',
    tools: [],
    top_p: null,
    usage: null,
  };
  let sequence = snapshot.sequenceNumber + 1;
  const frames: Buffer[] = betweenFrames ? [] : [BLANK_LINE];
  if (snapshot.bodyId === null) {
    frames.push(event('response.created', sequence, { ...response, status: 'in_progress' }));
    sequence++;
  }
  const failure = {
    code: error.vendor?.code ?? failureCode(error),
    message: withRequestId(openAiMessage(error), requestId),
  };
  frames.push(
    event('response.failed', sequence, { ...response, status: 'failed', error: failure }),
  );
  return Buffer.concat(frames);
}

const BLANK_LINE = Buffer.from('\n\n');

function event(type: string, sequence: number, response: object): Buffer {
  return encodeFrame({
    event: type,
    data: JSON.stringify({ type, sequence_number: sequence, response }),
  });
}

/** A failed response knows few codes; those that clients act on keep their own. */
function failureCode(error: FluxError): string {
  return error.status >= 500 ? 'server_error' : openAiCode(error.code);
}

/** Nothing but the upstream can say how a response ended. */
export function streamEnd(): Buffer {
  return Buffer.alloc(0);
}

export function classifyUpstreamError(status: number, body: Buffer): UpstreamError {
  return classify(status, readVendorError(body));
}
