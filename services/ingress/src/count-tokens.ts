import type { IncomingMessage, ServerResponse } from 'node:http';
import { dialects } from '@fluxrouter/dialects';
import { type FluxError, fluxError, isFluxError } from '@fluxrouter/errors';
import { extractFacts } from '@fluxrouter/routing-rules';
import { readBody } from './http/read-body.ts';
import { sendJson } from './http/send.ts';
import { refuseUnserved } from './http/write-error.ts';
import { authenticate } from './keys/authenticate.ts';
import type { KeyView } from './keys/key-view.ts';
import type { ModelListing } from './ports.ts';
import { bodyError } from './refusals.ts';

export interface CountPorts {
  readonly keys: KeyView;
  readonly limits: { readonly bodyBytesMax: number; readonly depthMax: number };
  readonly models: Pick<ModelListing, 'knows' | 'unknown'>;
  fault(error: unknown): void;
}

const dialect = dialects['anthropic-messages'];

/**
 * Anthropic's `count_tokens`: no model is asked, nothing is charged, and there is no record. It is the
 * router's own estimate of the input, so that a client which counts first is told what a refusal for
 * length would go by; like every count of another vendor's tokens it is within about a third.
 */
export function answerTokenCount(
  ports: CountPorts,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const refuse = (error: FluxError): void => refuseUnserved(request, response, dialect, error);
  const caller = authenticate(request, ports.keys, true);
  if (isFluxError(caller)) return refuse(caller);
  const { bodyBytesMax, depthMax } = ports.limits;
  readBody(request, bodyBytesMax, (problem, body) => {
    if (problem === 'aborted') return;
    if (problem !== null) return refuse(bodyError(problem, bodyBytesMax));
    try {
      const counted = countTokens(body, caller.routeUnknownModels);
      if (isFluxError(counted)) refuse(counted);
      else sendJson(response, 200, { input_tokens: counted });
    } catch (error) {
      ports.fault(error);
      refuse(fluxError('internal_error'));
    }
  });

  function countTokens(body: Buffer, takesUnknown: boolean): number | FluxError {
    const reading = dialect.readRequest(body, { maxDepth: depthMax, countOnly: true });
    if (isFluxError(reading)) return reading;
    const known = reading.model !== null && ports.models.knows(reading.model);
    if (!known && !takesUnknown) return ports.models.unknown(String(reading.parsed['model']));
    return extractFacts(reading.parsed, dialect.name).inputTokensEstimate;
  }
}
