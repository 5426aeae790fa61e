import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Readiness } from '../readiness.ts';
import { secretMatcher } from '../same-secret.ts';
import { readJsonBody } from './body.ts';
import { type AdminAnswer, type AdminRoute, findPattern, findRoute } from './routes.ts';

export interface AdminServerOptions {
  host: string;
  /** 0: a free one. */
  port: number;
  log: Log;
  /** Told of what operators change. */
  audit?: Log;
  metrics: Metrics;
  readiness: Readiness;
  /** Without a key, operators' routes are not served. */
  operatorKey?: string;
}

export interface AdminServer {
  readonly port: number;
  readonly url: string;
  /** From now on these; until then operators are told that the process is starting. */
  serve(routes: readonly AdminRoute[]): void;
  close(): Promise<void>;
}

const failure = (status: number, code: string, message: string): AdminAnswer => ({
  status,
  body: { error: { code, message } },
});

/** /healthz, /readyz and /metrics for machines, and an operator's routes behind the operator key. */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const isOperator = options.operatorKey ? secretMatcher(options.operatorKey) : () => false;
  let routes: readonly AdminRoute[] | undefined;
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (req, res) => {
    answer({ ...options, routes }, isOperator, req, res).catch((err: unknown) => {
      options.log.error({ err }, 'An admin request failed');
      if (res.headersSent) res.destroy();
      else send(res, failure(500, 'internal', 'This is a fault of ours; the log says more.'));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const shown = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    port,
    url: `http://${shown}:${port}`,
    serve(served) {
      routes = served;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Routed {
  /** Undefined: the process is starting. */
  readonly routes: readonly AdminRoute[] | undefined;
}

async function answer(
  { metrics, readiness, audit, routes }: AdminServerOptions & Routed,
  isOperator: (key: string) => boolean,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const url = new URL(req.url ?? '/', 'http://admin');
  const method = req.method === 'HEAD' ? 'GET' : (req.method ?? 'GET');
  if (method === 'GET' && url.pathname === '/healthz') {
    return send(res, { status: 200, body: { status: 'ok' } });
  }
  if (method === 'GET' && url.pathname === '/readyz') {
    const report = await readiness.report();
    return send(res, { status: report.ready ? 200 : 503, body: report });
  }
  if (method === 'GET' && url.pathname === '/metrics') {
    const page = await metrics.page();
    res.writeHead(200, { 'content-type': page.contentType, 'cache-control': 'no-store' });
    res.end(page.body);
    return;
  }
  const key = /^Bearer (\S+)$/i.exec(req.headers.authorization ?? '')?.[1];
  const known = key !== undefined && isOperator(key);
  const answered = known
    ? await answerOperator(routes, method, url, req)
    : failure(401, 'unauthorized', 'Operator paths take Authorization: Bearer <operator key>.');
  if (method !== 'GET') {
    // Whoever has no key may put any words into a path: of it only the route that it fits is kept.
    const route = findPattern(routes ?? [], url.pathname);
    const path = route === undefined ? 'other' : known ? url.pathname : route;
    audit?.info(
      { method: method, path, status: answered.status },
      known ? 'An operator asked' : 'Somebody without the operator key asked',
    );
  }
  send(res, answered);
}

async function answerOperator(
  routes: readonly AdminRoute[] | undefined,
  method: string,
  url: URL,
  req: IncomingMessage,
): Promise<AdminAnswer> {
  if (routes === undefined)
    return failure(503, 'starting', 'This process is starting; /readyz says what it waits for.');
  const match = findRoute(routes, method, url.pathname);
  if (match === undefined) return failure(404, 'not_found', 'There is no such path here.');
  if (match === 'known') return failure(405, 'method_not_allowed', 'Not with this method.');
  const body = await readJsonBody(req);
  if (!body.ok) return failure(body.status, body.code, body.message);
  return match.route.handle({ params: match.params, query: url.searchParams, body: body.value });
}

function send(res: ServerResponse, { status, body }: AdminAnswer): void {
  const bytes = Buffer.from(`${JSON.stringify(body)}\n`);
  res.writeHead(status, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    'cache-control': 'no-store',
    // What a refused request still sends is not read to its end.
    ...(status === 413 ? { connection: 'close' } : {}),
  });
  res.end(bytes);
}
