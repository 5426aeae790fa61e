import type { DecisionFrames } from '@fluxrouter/generated/router';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { asking, describeDecisions, echo, routedModel } from './decisions.contract.ts';
import { connectDecisions } from './decisions-client.ts';
import { type Decide, serveDecisions } from './decisions-server.ts';
import { type GrpcServer, type StreamHandler, serveGrpc } from './serve.ts';

const notAsked = () => Promise.reject(new Error('nobody asks for this here'));
const noTools = { explain: notAsked, reportHealth: notAsked };

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
  const service = serveDecisions(decide, noTools);
  const decisions = wrap(service.streams?.['decisions'] as StreamHandler);
  return serveGrpc({ address, token, services: [{ ...service, streams: { decisions } }] });
}

async function serveUntilClosed(...args: Parameters<typeof serve>): Promise<GrpcServer> {
  const server = await serve(...args);
  closers.push(() => server.close(50));
  return server;
}

function connect(address: string, options: { token?: string; deadlineMs?: number } = {}) {
  const connection = connectDecisions({ addresses: [address], token, waitMs: 2000, ...options });
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

  test('a question on its way to a router that dies is put to another', async () => {
    const stuck = await serve(() => new Promise(() => {}));
    const well = await serveUntilClosed(echo);
    const addresses = [stuck.address, well.address];
    const connection = connectDecisions({ addresses, token });
    closers.push(connection.close);
    await vi.waitUntil(() => connection.up() === 2);
    const asked = Array.from({ length: 20 }, (_, n) => connection.api.decide(asking(`m-${n}`)));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await stuck.close(0);
    expect((await Promise.all(asked)).map(routedModel)).toEqual(asked.map((_, n) => `m-${n}`));
    expect(connection.up()).toBe(1);
  });

  test('a question to a router that is there and says nothing is put to another, within its time', async () => {
    const stuck = await serve(() => new Promise(() => {}));
    closers.push(() => stuck.close(0));
    const well = await serveUntilClosed(echo);
    const addresses = [stuck.address, well.address];
    const connection = connectDecisions({ addresses, token, deadlineMs: 4_000 });
    closers.push(connection.close);
    await vi.waitUntil(() => connection.up() === 2);
    const startedAt = performance.now();
    const asked = Array.from({ length: 20 }, (_, n) => connection.api.decide(asking(`m-${n}`)));
    expect((await Promise.all(asked)).map(routedModel)).toEqual(asked.map((_, n) => `m-${n}`));
    expect(performance.now() - startedAt).toBeGreaterThan(1_900);
  });

  test('a router that drains answers what it was asked, and is asked no more', async () => {
    const slow = Promise.withResolvers<void>();
    const service = serveDecisions((request) => slow.promise.then(() => echo(request)), noTools);
    const draining = await serveGrpc({ address: '127.0.0.1:0', token, services: [service] });
    const connection = connectDecisions({ addresses: [draining.address], token, waitMs: 50 });
    closers.push(connection.close, () => draining.close(0));
    const asked = connection.api.decide(asking('before'));
    await vi.waitUntil(() => connection.up() === 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    service.drain();
    const closed = draining.close(10_000);
    slow.resolve();
    expect(routedModel(await asked)).toBe('before');
    await closed;
    expect(await codeOf(connection.api.decide(asking('after')))).toBe('unavailable');
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

  test('questions at their largest, all of one turn, do not break the stream of all', async () => {
    const { address } = await serveUntilClosed(echo);
    const api = connect(address, { deadlineMs: 30_000 });
    // A character of three bytes: the limit is of bytes.
    const largest = (n: number) => `${n}-${'猫'.repeat(10_900)}`;
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, n) => api.decide(asking(largest(n)))),
    );
    expect(answers.map(routedModel)).toEqual(answers.map((_, n) => largest(n)));
    await expect(api.decide(asking('猫'.repeat(11_000)))).rejects.toMatchObject({
      code: 'invalid_argument',
    });
  });
});
