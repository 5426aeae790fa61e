import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { secretMatcher } from '@fluxrouter/service-kit';
import type { ClickHouse } from './clickhouse/connect.ts';
import { engineErrorOf } from './clickhouse/engine-error.ts';
import { semaphore } from './clickhouse/semaphore.ts';

export interface ServeChdbOptions {
  readonly clickhouse: ClickHouse;
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** The password that clients need; the user's name does not matter. */
  readonly token: string;
  /** `reads` (default): one SELECT a request. `all`: whatever a client sends; for tests only. */
  readonly access?: 'reads' | 'all';
}

export interface ChdbServer {
  /** For `CLICKHOUSE_URL`, without the password. */
  readonly url: string;
  close(): Promise<void>;
}

const QUERY_BYTES_MAX = 1024 * 1024;
/** An insert's rows are some 10 MB at most. */
const WRITE_BYTES_MAX = 64 * 1024 * 1024;
/** At once; the engine takes no more. */
const CALLS_MAX = 2;
/** As ClickHouse's `http_max_uri_size`: bound values are in the URL. */
const URL_BYTES_MAX = 1024 * 1024;

// What a reader may set. Not `readonly`: that is ours.
const SETTING =
  /^(param_\w+|output_format_\w+|join_use_nulls|max_execution_time|max_memory_usage|max_threads)$/;

/**
 * The engine in this process as a ClickHouse server: as much of ClickHouse's HTTP interface as
 * `@clickhouse/client` needs. It only reads, so that query and people can be elsewhere, but where
 * `access` says otherwise. Not for the open network: the token goes over plain HTTP.
 */
export async function serveChdb(options: ServeChdbOptions): Promise<ChdbServer> {
  const { clickhouse, host, port, token, access = 'reads' } = options;
  const isToken = secretMatcher(token);
  const run = { ...(access === 'all' ? runAny : runSelect), inTurn: semaphore(CALLS_MAX) };
  const server = createServer({ maxHeaderSize: URL_BYTES_MAX }, (request, response) => {
    answer(clickhouse, isToken, run, request, response).catch(() => response.destroy());
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

/** What a request asks of the engine. */
interface Asked {
  readonly url: URL;
  /** Where the query is in the URL: the rows of an insert. */
  readonly body: Buffer;
}

interface Answered {
  readonly stream: Readable;
  readonly summary?: unknown;
}

interface Access {
  readonly bytesMax: number;
  /** Why it is not run; null: it is. */
  refusal(asked: Asked): string | null;
  run(clickhouse: ClickHouse, asked: Asked): Promise<Answered>;
}

type Run = Access & { readonly inTurn: ReturnType<typeof semaphore> };

const runSelect: Access = {
  bytesMax: QUERY_BYTES_MAX,
  refusal: (asked) => (isOneSelect(queryOf(asked)) ? null : 'one SELECT at a time, nothing else'),
  // Not `query`, which would add a FORMAT: the client on the other side has done so.
  run: ({ client }, asked) =>
    client.exec({ query: `${settingsOf(asked.url)}SET readonly = 1; ${queryOf(asked)}` }),
};

/** As a server does: a query in the URL has its rows in the body. */
const runAny: Access = {
  bytesMax: WRITE_BYTES_MAX,
  refusal: () => null,
  run({ client }, { url, body }) {
    const settings = settingsOf(
      url,
      /^(?!(query|query_id|database|session_id|wait_end_of_query)$)/,
    );
    const query = url.searchParams.get('query');
    return query === null
      ? client.exec({ query: `${settings}${body}` })
      : client.exec({ query: `${settings}${query}`, values: Readable.from([body]) });
  },
};

async function answer(
  clickhouse: ClickHouse,
  isToken: (given: string) => boolean,
  { bytesMax, refusal, run, inTurn }: Run,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://chdb');
  if (url.pathname === '/ping') return end(response, 200, 'Ok.\n');
  if (!isToken(passwordOf(request)))
    return fail(response, 401, 516, 'AUTHENTICATION_FAILED', 'the password is not the token');
  const body = await readBody(request, bytesMax);
  if (body === null)
    return fail(response, 413, 62, 'SYNTAX_ERROR', `more than ${bytesMax} bytes of query`);
  const refused = refusal({ url, body });
  if (refused !== null) return fail(response, 403, 164, 'READONLY', refused);
  const isInsert = url.searchParams.has('query');
  try {
    const answered = await inTurn(async () => {
      // Whoever asked has given up: a server that is late would only get later.
      return response.destroyed && !isInsert ? null : run(clickhouse, { url, body });
    });
    if (answered === null) return;
    response.writeHead(200, {
      'content-type': 'text/plain; charset=UTF-8',
      'x-clickhouse-summary': JSON.stringify(answered.summary ?? {}),
    });
    await pipeline(answered.stream, response);
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

/** @returns null: it is too long. */
async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The query may be in the URL, in the body, or in both. */
function queryOf({ url, body }: Asked): string {
  return `${url.searchParams.get('query') ?? ''} ${body}`.trim();
}

/** Settings and bound values, as the statements that the engine's sessions know. */
function settingsOf(url: URL, allowed = SETTING): string {
  const known = [...url.searchParams].filter(([name]) => allowed.test(name));
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
