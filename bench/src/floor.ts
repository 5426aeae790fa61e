/**
 * The floor: the least that a pass-through gateway on Node can cost. Bare node:http and undici's
 * `Pool` by its dispatch API; it reads no body, knows no key and writes nothing down. Both
 * directions are what a gateway cannot avoid: take the request, send it on, send back what comes.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Dispatcher, Pool } from 'undici';
import { endWithParent } from './processes/end-with-parent.ts';

const passedBack = ['content-type', 'content-length', 'x-request-id'] as const;

const upstream = new URL(process.env['UPSTREAM_URL'] ?? '');
const pool = new Pool(upstream.origin, { connections: 1024, pipelining: 1 });

class PassBack implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;
  #controller: Dispatcher.DispatchController | null = null;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.on('close', () => {
      if (!response.writableFinished) this.#controller?.abort(new Error('client gone'));
    });
    response.on('drain', () => this.#controller?.resume());
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    const head: string[] = [];
    for (const name of passedBack) {
      const value = headers[name];
      if (typeof value === 'string') head.push(name, value);
    }
    this.#response.writeHead(status, head);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#response.write(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.#response.end();
  }

  onResponseError(): void {
    this.#response.destroy();
  }
}

function passOn(body: Buffer, response: ServerResponse): void {
  pool.dispatch(
    {
      method: 'POST',
      path: upstream.pathname,
      headers: ['content-type', 'application/json', 'authorization', 'Bearer sandbox'],
      body,
    },
    new PassBack(response),
  );
}

const server = createServer({ noDelay: true, keepAliveTimeout: 75_000 }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => passOn(Buffer.concat(chunks), response));
});

server.listen(0, '127.0.0.1', 1024, () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ type: 'ready', url: `http://127.0.0.1:${port}` });
});
endWithParent();
