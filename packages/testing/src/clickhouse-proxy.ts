import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  type ServerResponse,
  request as startRequest,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of a request: `lose reply`: it is done, and the connection is cut before the answer. */
type Verdict = 'pass' | 'refuse' | 'lose reply';

/** A request to ClickHouse, as the proxy sees it. */
export interface SeenRequest {
  /** Of an insert that may be repeated; empty: none. */
  readonly token: string;
  /** Address and body, as they were sent. */
  readonly url: URL;
  readonly body: Buffer;
}

/** Between a client of ClickHouse and its server: cuts connections where it is told to. */
export interface ClickHouseProxy {
  /** For CLICKHOUSE_URL, with user and password. */
  readonly url: string;
  /** Asked of each request; `pass` by default. */
  judge: (request: SeenRequest) => Verdict;
  /** Told of each request that the server has done, whether or not its answer was passed on. */
  onDone: (request: SeenRequest, verdict: Verdict) => void;
  close(): Promise<void>;
}

const URL_BYTES_MAX = 1024 * 1024;

/** @param target the server's address, with user and password. */
export async function startClickHouseProxy(target: string): Promise<ClickHouseProxy> {
  const upstream = new URL(target);
  const server = createServer({ maxHeaderSize: URL_BYTES_MAX }, (request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = new URL(target);
  address.port = String((server.address() as AddressInfo).port);

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readAll(request);
    const url = new URL(request.url ?? '/', target);
    const token = url.searchParams.get('insert_deduplication_token') ?? '';
    const seen = { token, url, body };
    const verdict = proxy.judge(seen);
    if (verdict === 'refuse') {
      response.destroy();
      return;
    }
    const answer = await ask(request, body);
    const answered = await readAll(answer);
    if (answer.statusCode === 200) proxy.onDone(seen, verdict);
    if (verdict === 'lose reply') {
      response.destroy();
      return;
    }
    const { 'transfer-encoding': _chunked, connection: _connection, ...headers } = answer.headers;
    response.writeHead(answer.statusCode ?? 500, headers);
    response.end(answered);
  }

  function ask({ method, url, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const { hostname, port } = upstream;
    const { 'transfer-encoding': _chunked, connection: _connection, ...kept } = headers;
    const own = { ...kept, 'content-length': String(body.length) };
    return new Promise((resolve, reject) => {
      const asking: ClientRequest = startRequest(
        { hostname, port, method, path: url, headers: own, agent: false },
        resolve,
      );
      asking.on('error', reject);
      asking.end(body);
    });
  }

  const proxy: ClickHouseProxy = {
    url: address.href,
    judge: () => 'pass',
    onDone: () => {},
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
