import { type Dialect, type DialectName, dialects } from '@fluxrouter/dialects';
import { fluxError } from '@fluxrouter/errors';
import { type NextFunction, type Request, type Response, Router } from 'express';
import { type AcceptPorts, acceptRequest } from '../accept-request.ts';
import { answerTokenCount } from '../count-tokens.ts';
import { addModelPaths } from '../records/model-paths.ts';
import { openApiDocument } from '../records/openapi.ts';
import type { ReadPorts } from '../records/read-ports.ts';
import { addRecordPaths } from '../records/record-paths.ts';
import { COUNT_TOKENS_PATHS, dialectOfPath, INFERENCE_ENDPOINTS } from './paths.ts';
import { addRoutingPaths } from './routing-paths.ts';
import { sendJson, sendText } from './send.ts';
import { refuseUnserved } from './write-error.ts';

/**
 * All paths of the public port, as express' router without an application around it: that one gives
 * each request and response another prototype, for helpers that are not used here.
 */
export function makeApp(accept: AcceptPorts, read: ReadPorts): Router {
  const count = {
    keys: accept.keys,
    limits: accept.limits,
    models: read.models,
    fault: accept.run.fault,
  };
  const app = Router({ caseSensitive: true });

  for (const { dialect: name, paths } of INFERENCE_ENDPOINTS) {
    const dialect = dialects[name];
    app.post([...paths], (request, response) => acceptRequest(accept, dialect, request, response));
    app.all([...paths], (request, response) => refuseMethod(request, response, dialect));
  }
  app.post([...COUNT_TOKENS_PATHS], (request, response) =>
    answerTokenCount(count, request, response),
  );
  app.all([...COUNT_TOKENS_PATHS], (request, response) =>
    refuseMethod(request, response, dialects['anthropic-messages']),
  );
  addRoutingPaths(app, accept, read.onFault);
  addModelPaths(app, read);
  addRecordPaths(app, read);
  // Claude Code asks whether anybody is there.
  app.head(['/', '/anthropic'], (_request, response) => sendText(response, 'text/plain', ''));
  app.get('/openapi.json', (_request, response) => sendJson(response, 200, openApiDocument));
  app.get('/healthz', (_request, response) => sendJson(response, 200, { status: 'ok' }));
  app.get('/readyz', (_request, response) => {
    const report = read.readiness();
    sendJson(response, report.ready ? 200 : 503, { ready: report.ready });
  });
  app.use((request, response) =>
    refuseUnserved(request, response, dialectFor(request.url), fluxError('not_found')),
  );
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    // A path that does not decode is the client's; everything else here is a fault of ours.
    const isClients = error instanceof URIError;
    if (!isClients) read.onFault(error);
    const told = fluxError(isClients ? 'not_found' : 'internal_error');
    refuseUnserved(request, response, dialectFor(request.url), told);
  });
  return app;
}

/** RFC 9110, 15.5.6: such an answer says which method there is. */
function refuseMethod(request: Request, response: Response, dialect: Dialect): void {
  response.setHeader('allow', 'POST');
  refuseUnserved(request, response, dialect, fluxError('method_not_allowed'));
}

function dialectFor(url: string): Dialect {
  const [path = ''] = url.split('?', 1);
  const name: DialectName = dialectOfPath(path);
  return dialects[name];
}
