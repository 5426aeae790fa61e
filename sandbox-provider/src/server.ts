import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Attempt, beginAttempt, bookAttempt, type Sandbox } from './attempt.ts';
import type { BookEntry } from './book.ts';
import { countMessageTokens } from './count-tokens.ts';
import { errorBody, type Refusal } from './errors.ts';
import { listModels } from './models.ts';
import { findProvider, findRoute, type Provider, providers, type Route } from './providers.ts';
import { sendRefusal } from './send-refusal.ts';
import { serveAttempt } from './serve-attempt.ts';
import { vendorHeaders } from './vendor-headers.ts';

const bodyBytesMax = 64 * 1024 * 1024;
// Longer than any client's pool keeps an idle socket, so that it is never we who close first.
const keepAliveTimeoutMs = 15 * 60 * 1000;
const bookEntriesPerPage = 1000;
const bookEntriesPerPageMax = 100_000;

/** The HTTP server of the sandbox, not listening yet. */
export function createSandboxServer(sandbox: Sandbox): Server {
  const server = createServer(
    {
      keepAliveTimeout: keepAliveTimeoutMs,
      requestTimeout: 0,
      headersTimeout: keepAliveTimeoutMs + 1000,
      noDelay: true,
    },
    (request, response) => handle(sandbox, request, response),
  );
  return server;
}

function handle(sandbox: Sandbox, request: IncomingMessage, response: ServerResponse): void {
  const url = request.url ?? '/';
  const query = url.indexOf('?');
  const path = query === -1 ? url : url.slice(0, query);
  if (path.startsWith('/sandbox/')) return answerOperator(sandbox, path, url, response);
  const route = findRoute(path);
  const provider = route?.provider ?? findProvider(path) ?? providers[0];
  if (!provider) return;
  if (!route) {
    const message = `Unknown request URL: ${request.method} ${path}.`;
    return answerError(sandbox, provider, { status: 404, message, code: 'unknown_url' }, response);
  }
  if (request.method !== (route.operation === 'models' ? 'GET' : 'POST')) {
    const message = `Not allowed to ${request.method} on ${path}.`;
    return answerError(sandbox, provider, { status: 405, message }, response);
  }
  const refusal = findHeaderRefusal(provider, request);
  if (route.operation === 'models' || route.operation === 'count-tokens') {
    return answerFree(sandbox, route, path, refusal, request, response);
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

function readBody(request: IncomingMessage, done: (body: Buffer | null) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= bodyBytesMax) chunks.push(chunk);
  });
  request.on('end', () => {
    const [first] = chunks;
    const isWhole = bytes <= bodyBytesMax;
    done(isWhole ? (chunks.length === 1 && first ? first : Buffer.concat(chunks)) : null);
  });
}

function findHeaderRefusal(provider: Provider, request: IncomingMessage): Refusal | null {
  const { authorization } = request.headers;
  const bearer = authorization?.startsWith('Bearer ') ? authorization.slice(7).trim() : '';
  const isAnthropic = provider.credential === 'x-api-key';
  const apiKey = request.headers['x-api-key'];
  const key = isAnthropic && typeof apiKey === 'string' && apiKey !== '' ? apiKey : bearer;
  if (key === '') {
    const message = isAnthropic
      ? 'x-api-key header is required'
      : "You didn't provide an API key in an Authorization header using Bearer auth.";
    return { status: 401, message };
  }
  if (key === 'sandbox-bad-key') {
    return {
      status: 401,
      message: isAnthropic ? 'invalid x-api-key' : 'Incorrect API key provided.',
    };
  }
  if (isAnthropic && !request.headers['anthropic-version']) {
    return { status: 400, message: 'anthropic-version: header is required' };
  }
  return null;
}

function answerFree(
  sandbox: Sandbox,
  route: Route,
  path: string,
  refusal: Refusal | null,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  readBody(request, (body) => {
    const result =
      refusal ??
      (route.operation === 'models' ? listModels(route, path) : countMessageTokens(body));
    if ('message' in result) answerError(sandbox, route.provider, result, response);
    else answerJson(sandbox, route.provider, 200, result.body, response);
  });
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
  response.writeHead(status, [
    'content-type',
    'application/json',
    ...vendorHeaders(provider, requestId, 1),
  ]);
  response.end(JSON.stringify(body));
}

function answerOperator(
  { book }: Sandbox,
  path: string,
  url: string,
  response: ServerResponse,
): void {
  if (path === '/sandbox/health') {
    response.writeHead(200, ['content-type', 'application/json']);
    response.end(JSON.stringify({ ok: true, served: book.lastSeq() }));
    return;
  }
  if (path !== '/sandbox/book') {
    response.writeHead(404).end();
    return;
  }
  const query = new URL(url, 'http://sandbox').searchParams;
  const limit = Number(query.get('limit') ?? bookEntriesPerPage) || bookEntriesPerPage;
  const entries = book.read(
    Number(query.get('since')) || 0,
    Math.min(limit, bookEntriesPerPageMax),
  );
  response.writeHead(200, ['content-type', 'application/x-ndjson']);
  response.end(entries.map((entry: BookEntry) => `${JSON.stringify(entry)}\n`).join(''));
}
