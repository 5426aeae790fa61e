import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Attempt, beginAttempt, bookAttempt, type Sandbox } from './attempt.ts';
import { findHeaderRefusal } from './authorize.ts';
import { countMessageTokens } from './count-tokens.ts';
import { errorBody, type Refusal } from './errors.ts';
import { listModels } from './models.ts';
import { answerOperator, operatorPaths } from './operator.ts';
import { findProvider, findRoute, openaiProvider, type Provider, type Route } from './providers.ts';
import { readBody } from './read-body.ts';
import { sendRefusal } from './send-refusal.ts';
import { serveAttempt } from './serve-attempt.ts';
import { vendorHeaders } from './vendor-headers.ts';

// Longer than any client's pool keeps an idle socket, so that it is never we who close first.
const keepAliveTimeoutMs = 15 * 60 * 1000;

/** The HTTP server of the sandbox, not listening yet. */
export function createSandboxServer(sandbox: Sandbox): Server {
  const settings = { keepAliveTimeout: keepAliveTimeoutMs, requestTimeout: 0, noDelay: true };
  return createServer(settings, (request, response) => {
    // A client that leaves while we write is no error of ours.
    response.on('error', () => {});
    const url = request.url ?? '/';
    const query = url.indexOf('?');
    const path = query === -1 ? url : url.slice(0, query);
    const route = findRoute(path);
    if (route) handleRoute(sandbox, route, path, request, response);
    else if (path.startsWith(operatorPaths)) answerOperator(sandbox, url, response);
    else answerUnknownPath(sandbox, path, request, response);
  });
}

function handleRoute(
  sandbox: Sandbox,
  route: Route,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { operation, provider } = route;
  if (request.method !== (operation === 'models' ? 'GET' : 'POST')) {
    const message = `Not allowed to ${request.method} on ${path}.`;
    answerError(sandbox, provider, { status: 405, message }, response);
    return;
  }
  const refusal = findHeaderRefusal(provider, request);
  if (operation === 'models' || operation === 'count-tokens') {
    readBody(request, (body) => {
      const free = operation === 'models' ? listModels(route, path) : countMessageTokens(body);
      const result = refusal ?? free;
      if ('message' in result) answerError(sandbox, provider, result, response);
      else answerJson(sandbox, provider, 200, result.body, response);
    });
    return;
  }
  const attempt = beginAttempt(sandbox, route, request, response);
  readBody(request, (body) => {
    if (refusal) sendRefusal(attempt, refusal);
    else if (!body) sendRefusal(attempt, { status: 413, message: 'Request too large.' });
    else serveAttempt(attempt, body).catch((error) => failAttempt(attempt, error));
  });
}

/** A bug of ours: said on stderr, booked, and never a clean end. */
function failAttempt(attempt: Attempt, error: unknown): void {
  console.error('sandbox provider:', error);
  const status = attempt.response.headersSent ? attempt.response.statusCode : 0;
  bookAttempt(attempt, 'died', { status, bytesSent: 0 }, () => {});
  attempt.response.destroy();
}

function answerUnknownPath(
  sandbox: Sandbox,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const provider = findProvider(path) ?? openaiProvider;
  const message = `Unknown request URL: ${request.method} ${path}.`;
  request.resume();
  answerError(sandbox, provider, { status: 404, message, code: 'unknown_url' }, response);
}

function answerError(
  sandbox: Sandbox,
  provider: Provider,
  refusal: Refusal,
  response: ServerResponse,
): void {
  const requestId = `req_${sandbox.nextToken()}`;
  const body = errorBody(provider.errorShape, refusal, requestId);
  answerJson(sandbox, provider, refusal.status, body, response, requestId);
}

function answerJson(
  sandbox: Sandbox,
  provider: Provider,
  status: number,
  body: unknown,
  response: ServerResponse,
  requestId = `req_${sandbox.nextToken()}`,
): void {
  const own = ['content-type', 'application/json'];
  response.writeHead(status, own.concat(vendorHeaders(provider, requestId, 1)));
  response.end(JSON.stringify(body));
}
