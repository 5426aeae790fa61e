import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a provider of the test's own was sent. */
export interface UpstreamRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** Of the body's JSON. */
  readonly model: string;
}

export interface OwnUpstream {
  /** As `<PROVIDER>_BASE_URL` takes it for a provider of OpenAI's dialects. */
  readonly baseUrl: string;
  readonly origin: string;
  /** All that has come, in order. */
  readonly requests: readonly UpstreamRequest[];
  /** What the next requests get. */
  answer(handle: UpstreamHandler): void;
  close(): Promise<void>;
}

export type UpstreamHandler = (request: UpstreamRequest, response: ServerResponse) => unknown;

/** A provider whose every byte the test decides. */
export async function startUpstream(): Promise<OwnUpstream> {
  let handler: UpstreamHandler = (_request, response) => void response.writeHead(500).end();
  const requests: UpstreamRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const seen = {
        path: request.url ?? '',
        headers: request.headers,
        body,
        model: (JSON.parse(body.toString()) as { model: string }).model,
      };
      requests.push(seen);
      void handler(seen, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    baseUrl: `${origin}/v1`,
    requests,
    answer(handle) {
      handler = handle;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
