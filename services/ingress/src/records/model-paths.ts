import { dialects } from '@fluxrouter/dialects';
import { isFluxError } from '@fluxrouter/errors';
import type { Request, Response, Router } from 'express';
import { ANTHROPIC_MODELS_PATHS, OPENAI_MODELS_PATHS } from '../http/paths.ts';
import { sendJson } from '../http/send.ts';
import { refuseUnserved } from '../http/write-error.ts';
import { authenticate } from '../keys/authenticate.ts';
import type { ReadPorts } from './read-ports.ts';

/** GET /v1/models and /v1/models/{id} in OpenAI's shape, under /anthropic in Anthropic's. */
export function addModelPaths(app: Router, ports: ReadPorts): void {
  const { keys, models } = ports;
  for (const { paths, dialect, list, one } of [
    {
      paths: OPENAI_MODELS_PATHS,
      dialect: dialects['openai-chat'],
      list: () => ({ object: 'list', data: models.openai() }),
      one: (id: string) => models.openaiModel(id),
    },
    {
      paths: ANTHROPIC_MODELS_PATHS,
      dialect: dialects['anthropic-messages'],
      list: (query: URLSearchParams) => models.anthropicPage(query),
      one: (id: string) => models.anthropicModel(id),
    },
  ]) {
    const answering =
      (answer: (request: Request, response: Response) => void) =>
      (request: Request, response: Response): void => {
        const caller = authenticate(request, keys, dialect.name === 'anthropic-messages');
        if (isFluxError(caller)) return refuseUnserved(request, response, dialect, caller);
        answer(request, response);
      };
    app.get(
      [...paths],
      answering((request, response) => {
        const at = request.url.indexOf('?');
        const query = new URLSearchParams(at === -1 ? '' : request.url.slice(at + 1));
        sendJson(response, 200, list(query));
      }),
    );
    // An id may hold a slash, encoded (`anthropic%2Fflux-auto`) or as it is.
    app.get(
      paths.map((path) => `${path}/*id`),
      answering((request, response) => {
        const parts = request.params['id'];
        const id = Array.isArray(parts) ? parts.join('/') : String(parts);
        const model = one(id);
        if (model !== undefined) sendJson(response, 200, model);
        else refuseUnserved(request, response, dialect, models.unknown(id));
      }),
    );
  }
}
