import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { dialects } from '@fluxrouter/dialects';
import { fluxError } from '@fluxrouter/errors';
import { newRequestId } from '@fluxrouter/events';
import type { Request, Response, Router } from 'express';
import type { IngressConfig } from '../config.ts';
import { dialectOfPath, pathOfTarget } from './paths.ts';
import { refuseUnserved } from './write-error.ts';

export interface ListeningServer {
  readonly port: number;
  /** No new connections; idle ones are closed, running requests go on. */
  stopAccepting(): void;
  close(): Promise<void>;
}

/** The HTTP server under express, with a number to each of its limits. */
export async function listen(
  app: Router,
  config: IngressConfig,
  at: { readonly host: string; readonly port: number },
): Promise<ListeningServer> {
  const server = createServer(
    {
      maxHeaderSize: config.headerBytesMax,
      headersTimeout: config.headersTimeoutMs,
      requestTimeout: config.requestTimeoutMs,
      keepAliveTimeout: config.keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(
        5_000,
        config.headersTimeoutMs,
        config.requestTimeoutMs,
      ),
      noDelay: true,
    },
    (request, response) => {
      request.url = pathOfTarget(request.url ?? '/');
      app(request as Request, response as Response, () => {
        // The last of its handlers takes everything: nothing comes here.
        response.destroy();
      });
    },
  );
  server.maxConnections = config.connectionsMax;
  server.on('checkContinue', (request, response) => {
    // A body that will be refused for its size is not asked for.
    if (Number(request.headers['content-length'] ?? 0) <= config.bodyBytesMax) {
      response.writeContinue();
    }
    server.emit('request', request, response);
  });
  server.on('checkExpectation', (request, response) => {
    const dialect = dialects[dialectOfPath(pathOfTarget(request.url ?? '/'))];
    refuseUnserved(request, response, dialect, UNKNOWN_EXPECTATION);
  });
  server.on('clientError', answerUnreadable);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, 1024, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stopAccepting() {
      server.close();
      server.closeIdleConnections();
    },
    close: () => closed(server),
  };
}

/** RFC 9110, 10.1.1. */
const UNKNOWN_EXPECTATION = fluxError('invalid_header', {
  status: 417,
  message: '`Expect` takes 100-continue, and nothing else.',
  param: 'Expect',
});

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

const UNREADABLE: ReadonlyMap<string, readonly [string, string, string]> = new Map([
  [
    'HPE_HEADER_OVERFLOW',
    [
      '431 Request Header Fields Too Large',
      'headers_too_large',
      'The headers are larger than this gateway accepts.',
    ],
  ],
  [
    'ERR_HTTP_REQUEST_TIMEOUT',
    ['408 Request Timeout', 'request_timeout', 'The request did not arrive in time.'],
  ],
]);
const BAD_REQUEST = [
  '400 Bad Request',
  'invalid_request',
  'This is not an HTTP request that can be read.',
] as const;

/** What cannot be parsed has no path, so no dialect: OpenAI's shape, which most clients read. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, message] = UNREADABLE.get(error.code ?? '') ?? BAD_REQUEST;
  const id = newRequestId(Date.now());
  const body = JSON.stringify({
    error: {
      message: `${message} (request ${id})`,
      type: 'invalid_request_error',
      param: null,
      code,
    },
  });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
      `x-flux-request-id: ${id}\r\nx-request-id: ${id}\r\nrequest-id: ${id}\r\nconnection: close\r\n\r\n${body}`,
  );
}
