import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { secretMatcher } from '@fluxrouter/service-kit';
import type { ClickHouse } from './clickhouse/connect.ts';
import { engineErrorOf } from './clickhouse/engine-error.ts';

export interface ServeChdbOptions {
  readonly clickhouse: ClickHouse;
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** The password that clients need; the user's name does not matter. */
  readonly token: string;
}

export interface ChdbServer {
  /** For `CLICKHOUSE_URL`, without the password. */
  readonly url: string;
  close(): Promise<void>;
}

const QUERY_BYTES_MAX = 1024 * 1024;

// What a reader may set. Not `readonly`: that is ours.
const SETTING =
  /^(param_\w+|output_format_\w+|join_use_nulls|max_execution_time|max_memory_usage|max_threads)$/;

/**
 * The engine in this process as a ClickHouse server that only reads: as much of ClickHouse's HTTP
 * interface as `@clickhouse/client` needs for a query, so that query and people can be elsewhere.
 * Not for the open network: the token goes over plain HTTP.
 */
export async function serveChdb(options: ServeChdbOptions): Promise<ChdbServer> {
  const { clickhouse, host, port, token } = options;
  const isToken = secretMatcher(token);
  const server = createServer((request, response) => {
    answer(clickhouse, isToken, request, response).catch(() => response.destroy());
  });
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${bound}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  { client }: ClickHouse,
  isToken: (given: string) => boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://chdb');
  if (url.pathname === '/ping') return end(response, 200, 'Ok.\n');
  if (!isToken(passwordOf(request)))
    return fail(response, 401, 516, 'AUTHENTICATION_FAILED', 'the password is not the token');
  const query = await queryOf(request, url);
  if (query === null)
    return fail(response, 413, 62, 'SYNTAX_ERROR', `more than ${QUERY_BYTES_MAX} bytes of query`);
  if (!isOneSelect(query))
    return fail(response, 403, 164, 'READONLY', 'one SELECT at a time, nothing else');
  try {
    // Not `query`, which would add a FORMAT: the client on the other side has done so.
    const result = await client.exec({ query: `${settingsOf(url)}SET readonly = 1; ${query}` });
    response.writeHead(200, { 'content-type': 'text/plain; charset=UTF-8' });
    await pipeline(result.stream, response);
  } catch (error) {
    const { code, type, message } = engineErrorOf(error);
    fail(response, 500, code, type, message);
  }
}

/**
 * The engine refuses to write in its read-only mode, or to leave it. What that mode lets through (a
 * file by INTO OUTFILE, SYSTEM, KILL) is refused here.
 */
function isOneSelect(query: string): boolean {
  return /^(select|with)\b/i.test(query) && !/;|outfile/i.test(query);
}

function passwordOf(request: IncomingMessage): string {
  const [scheme, value = ''] = (request.headers.authorization ?? '').split(' ');
  if (scheme !== 'Basic') return '';
  const pair = Buffer.from(value, 'base64').toString();
  return pair.slice(pair.indexOf(':') + 1);
}

/** The query may be in the URL, in the body, or in both. */
async function queryOf(request: IncomingMessage, url: URL): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > QUERY_BYTES_MAX) return null;
    chunks.push(chunk);
  }
  return `${url.searchParams.get('query') ?? ''} ${Buffer.concat(chunks)}`.trim();
}

/** Settings and bound values, as the statements that the engine's sessions know. */
function settingsOf(url: URL): string {
  const known = [...url.searchParams].filter(([name]) => SETTING.test(name));
  return known.map(([name, value]) => `SET ${name} = ${literal(value)}; `).join('');
}

function literal(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}

/** Errors as ClickHouse writes them: the client takes code and type out of the text. */
function fail(response: ServerResponse, status: number, code: number, type: string, text: string) {
  end(response, status, `Code: ${code}. DB::Exception: ${text} (${type})\n`, {
    'x-clickhouse-exception-code': String(code),
  });
}

function end(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=UTF-8', ...headers });
  response.end(text);
}
