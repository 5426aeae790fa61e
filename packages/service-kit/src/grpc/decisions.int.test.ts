import { type DecisionFrames, RouterService } from '@fluxrouter/generated/router';
import { afterEach, describe, expect, test } from 'vitest';
import { asking, describeDecisions, echo, routedModel } from './decisions.contract.ts';
import { connectDecisions } from './decisions-client.ts';
import { type Decide, serveDecisions } from './decisions-server.ts';
import { type GrpcServer, type StreamHandler, serveGrpc } from './serve.ts';

const token = 'a-token-of-the-services';
const closers: (() => Promise<void> | void)[] = [];

async function closeAll() {
  for (const close of closers.splice(0).reverse()) await close();
}

function serve(
  decide: Decide,
  address = '127.0.0.1:0',
  wrap = (handler: StreamHandler) => handler,
) {
  const decisions = wrap(serveDecisions(decide));
  const services = [
    { definition: RouterService, implementation: { decide }, streams: { decisions } },
  ];
  return serveGrpc({ address, token, services });
}

async function serveUntilClosed(...args: Parameters<typeof serve>): Promise<GrpcServer> {
  const server = await serve(...args);
  closers.push(() => server.close(50));
  return server;
}

function connect(address: string, options: { token?: string; deadlineMs?: number } = {}) {
  const connection = connectDecisions({ address, token, ...options });
  closers.push(connection.close);
  return connection.api;
}

describeDecisions('frames over gRPC', async () => ({
  bind: async (decide) => connect((await serveUntilClosed(decide)).address),
  close: closeAll,
}));

describe('decisions between processes', () => {
  afterEach(closeAll);
  const codeOf = (asked: Promise<unknown>) =>
    asked.then(
      () => 'answered',
      (error: { code: string }) => error.code,
    );

  test('all that one turn asks is one message', async () => {
    const messages: number[] = [];
    const counting =
      (handler: StreamHandler): StreamHandler =>
      (stream) => {
        stream.on('data', ({ frames }: DecisionFrames) => messages.push(frames.length));
        handler(stream);
      };
    const { address } = await serveUntilClosed(echo, undefined, counting);
    const api = connect(address);
    await api.decide(asking('first'));
    await Promise.all(Array.from({ length: 64 }, (_, n) => api.decide(asking(`m-${n}`))));
    expect(messages).toEqual([1, 64]);
  });

  test('a caller without the token is refused', async () => {
    const { address } = await serveUntilClosed(echo);
    expect(await codeOf(connect(address, { token: 'wrong' }).decide(asking('x')))).toBe(
      'unauthenticated',
    );
  });

  test('a call that is not answered ends at its deadline, and the stream goes on', async () => {
    const { address } = await serveUntilClosed((request) =>
      request.requestedModel === 'never' ? new Promise(() => {}) : echo(request),
    );
    const api = connect(address, { deadlineMs: 200 });
    expect(await codeOf(api.decide(asking('never')))).toBe('deadline_exceeded');
    expect(routedModel(await api.decide(asking('next')))).toBe('next');
  });

  test('when the router dies its calls fail, and it is found again within two seconds', async () => {
    const waiting: Decide = (request) =>
      request.requestedModel === 'never' ? new Promise(() => {}) : echo(request);
    const server = await serve(waiting);
    const api = connect(server.address);
    await api.decide(asking('first'));
    const cut = codeOf(api.decide(asking('never')));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await server.close(10);
    expect(['unavailable', 'cancelled', 'internal']).toContain(await cut);
    expect(await codeOf(api.decide(asking('gone')))).toBe('unavailable');
    await serveUntilClosed(echo, server.address);
    const until = performance.now() + 2000;
    let code = '';
    while (code !== 'answered' && performance.now() < until) {
      code = await codeOf(api.decide(asking('back')));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(code).toBe('answered');
  });

  test('a slow reader is asked no further questions, and loses nothing', async () => {
    const big = 'x'.repeat(20_000);
    const { address } = await serveUntilClosed(echo);
    const api = connect(address, { deadlineMs: 30_000 });
    const answers = await Promise.all(
      Array.from({ length: 1000 }, (_, n) => api.decide(asking(`${n}-${big}`))),
    );
    await expect(api.decide(asking(big.repeat(2)))).rejects.toMatchObject({
      code: 'invalid_argument',
    });
    expect(answers.map((each) => routedModel(each)?.split('-')[0])).toEqual(
      Array.from({ length: 1000 }, (_, n) => String(n)),
    );
  });
});
