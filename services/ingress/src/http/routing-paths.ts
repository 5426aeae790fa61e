import { dialects } from '@fluxrouter/dialects';
import { type FluxError, fluxError, isFluxError } from '@fluxrouter/errors';
import type { Decision } from '@fluxrouter/routing-rules';
import { RpcError } from '@fluxrouter/service-kit/grpc';
import type { Request, Response, Router } from 'express';
import type { AcceptPorts } from '../accept-request.ts';
import { readDebugRequest } from '../debug-request.ts';
import { authenticate } from '../keys/authenticate.ts';
import type { Caller } from '../keys/key-view.ts';
import { bodyError, refusalError, unpricedError } from '../refusals.ts';
import { routorFields } from '../request-body.ts';
import { routeQuestion } from '../route-question.ts';
import { readBody } from './read-body.ts';
import { sendJson } from './send.ts';
import { refuseUnserved } from './write-error.ts';

type DebugPorts = Pick<AcceptPorts, 'keys' | 'router' | 'models' | 'limits' | 'sealedOrigin'>;

const CHAT = dialects['openai-chat'];

/**
 * POST /v1/routing/debug: the decision for a request; no provider is called, nothing is charged or recorded.
 * GET /v1/providers/health: what decisions know of providers and models.
 */
export function addRoutingPaths(
  app: Router,
  ports: DebugPorts,
  onFault: (error: unknown) => void,
): void {
  app.get(['/v1/providers/health', '/providers/health'], (request, response) => {
    const caller = authenticate(request, ports.keys, false);
    if (isFluxError(caller)) return refuseUnserved(request, response, CHAT, caller);
    answer(request, response, async () => ports.router.healthReport());
  });
  app.post(['/v1/routing/debug', '/routing/debug'], (request, response) => {
    const caller = authenticate(request, ports.keys, false);
    if (isFluxError(caller)) return refuseUnserved(request, response, CHAT, caller);
    readBody(request, ports.limits.bodyBytesMax, (problem, body) => {
      if (problem === 'aborted') return;
      answer(request, response, async () =>
        problem === null
          ? explain(ports, caller, body)
          : bodyError(problem, ports.limits.bodyBytesMax),
      );
    });
  });

  function answer(
    request: Request,
    response: Response,
    work: () => Promise<object | FluxError>,
  ): void {
    work().then(
      (told) => {
        if (isFluxError(told)) refuseUnserved(request, response, CHAT, told);
        else sendJson(response, 200, told);
      },
      (error: unknown) => {
        const isAway = error instanceof RpcError && error.code === 'unavailable';
        if (!isAway) onFault(error);
        refuseUnserved(
          request,
          response,
          CHAT,
          fluxError(isAway ? 'unavailable' : 'internal_error'),
        );
      },
    );
  }
}

async function explain(
  ports: DebugPorts,
  caller: Caller,
  sent: Buffer,
): Promise<object | FluxError> {
  const limits = { maxDepth: ports.limits.depthMax };
  const parsed = parseObject(sent);
  if (isFluxError(parsed)) return parsed;
  const asked = readDebugRequest(parsed);
  const dialect = dialects[asked.dialect];
  // Read as a request that is served: whatever is wrong with it is told in the same words.
  const reading = dialect.readRequest(Buffer.from(JSON.stringify(asked.body)), limits);
  if (isFluxError(reading)) return reading;
  if (reading.model === null) return ports.models.unknown(String(reading.parsed['model']));
  const routor = routorFields(dialect, reading);
  if (isFluxError(routor)) return routor;
  const [unpriced] = dialect.unpricedFeatures(reading.parsed);
  if (unpriced !== undefined) return unpricedError(unpriced);
  const question = routeQuestion({
    dialect,
    reading,
    routor,
    routeUnknownModels: caller.routeUnknownModels,
    sealedOrigin: ports.sealedOrigin(dialect, reading, caller.account),
    receivedAtMs: Date.now(),
  });
  const answer = await ports.router.explain(question);
  if ('refusal' in answer) {
    const { code, message, param, tokens = 0, tokensMax = 0 } = answer.refusal;
    return refusalError({ code, message, param: param ?? '', tokens, tokensMax });
  }
  return explanation(answer.decision, {
    dialect: dialect.name,
    cost: answer.cost,
    facts: question.facts,
  });
}

function explanation(decision: Decision, more: object): object {
  const { routedModel, rateCardVersion, catalogueVersion, ...rest } = decision;
  return {
    object: 'routing.decision',
    model: routedModel,
    ...rest,
    rateCard: rateCardVersion,
    catalogue: catalogueVersion,
    ...more,
  };
}

function parseObject(sent: Buffer): Readonly<Record<string, unknown>> | FluxError {
  let parsed: unknown;
  try {
    parsed = JSON.parse(sent.toString('utf8'));
  } catch {
    return fluxError('invalid_json');
  }
  return parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed)
    ? (parsed as Readonly<Record<string, unknown>>)
    : fluxError('invalid_json', { message: 'The body is not a JSON object.' });
}
