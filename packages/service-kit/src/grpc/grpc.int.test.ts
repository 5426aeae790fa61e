import { type Query, QueryService } from '@fluxrouter/generated/query';
import { Client, credentials } from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from 'vitest';
import { describeBindings } from './bindings.contract.ts';
import { type ConnectOptions, connectGrpc } from './connect.ts';
import { healthDefinition } from './health.ts';
import { maxMessageBytes } from './options.ts';
import { serveGrpc } from './serve.ts';

const token = 'a-token-of-the-services';

describeBindings('gRPC on loopback', async () => {
  const closers: (() => Promise<void> | void)[] = [];
  return {
    async bind(definition, implementation) {
      const services = [{ definition, implementation }];
      const server = await serveGrpc({ address: '127.0.0.1:0', token, services });
      const connection = connectGrpc(definition, { addresses: [server.address], token });
      closers.push(connection.close, () => server.close());
      return connection.api;
    },
    async close() {
      for (const close of closers) await close();
    },
  };
});

describe('gRPC between processes', () => {
  const closers: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  const answering = (answer: Query['findRequests']) =>
    ({
      findRequests: answer,
      getRequest: answer,
      listRequests: answer,
      getUsage: answer,
    }) as object;

  async function serve(implementation: object, address = '127.0.0.1:0', isServing = () => true) {
    const services = [{ definition: QueryService, implementation }];
    const server = await serveGrpc({ address, token, services, isServing });
    closers.push(() => server.close(50));
    return server;
  }

  function connect(options: ConnectOptions): Query {
    const connection = connectGrpc(QueryService, options);
    closers.push(connection.close);
    return connection.api;
  }

  const ask = (api: Query) =>
    api.findRequests({ account: '', any: 'x', limit: 1 }).then(
      () => 'answered',
      (error: { code: string }) => error.code,
    );

  test('refuses a caller without the token', async () => {
    const { address } = await serve(answering(async () => ({ records: [] })));
    expect(await ask(connect({ addresses: [address], token }))).toBe('answered');
    expect(await ask(connect({ addresses: [address], token: `${token}x` }))).toBe(
      'unauthenticated',
    );
    expect(await ask(connect({ addresses: [address], token: '' }))).toBe('unauthenticated');
  });

  test('a port that is in use is told by its code, as by any other server', async () => {
    const { address } = await serve(answering(async () => ({ records: [] })));
    const port = Number(address.split(':')[1]);
    const other = answering(async () => ({ records: [] }));
    await expect(serve(other, address)).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  });

  test('a call ends at its deadline', async () => {
    const { address } = await serve(answering(() => new Promise(() => {})));
    expect(await ask(connect({ addresses: [address], token, deadlineMs: 100 }))).toBe(
      'deadline_exceeded',
    );
    const api = connect({ addresses: [address], token, deadlinesMs: { findRequests: 50 } });
    expect(await ask(api)).toBe('deadline_exceeded');
  });

  test('who asked no longer is told to the call by its signal', async () => {
    const gone = Promise.withResolvers<void>();
    const { address } = await serve(
      answering(((_request: unknown, cancelled: AbortSignal) => {
        cancelled.addEventListener('abort', () => gone.resolve());
        return new Promise(() => {});
      }) as never),
    );
    expect(await ask(connect({ addresses: [address], token, deadlineMs: 100 }))).toBe(
      'deadline_exceeded',
    );
    await gone.promise;
  });

  test('fails at once where nobody listens, and talks again within two seconds of a restart', async () => {
    const implementation = answering(async () => ({ records: [] }));
    const first = await serve(implementation);
    const api = connect({ addresses: [first.address], token });
    expect(await ask(api)).toBe('answered');
    await first.close(50);
    expect(await ask(api)).toBe('unavailable');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await serve(implementation, first.address);
    const until = Date.now() + 2000;
    let answer = await ask(api);
    while (answer !== 'answered' && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      answer = await ask(api);
    }
    expect(answer).toBe('answered');
  });

  test('refuses a message over the limit and goes on', async () => {
    const records = [{ id: 'x'.repeat(maxMessageBytes) }];
    const tooLarge = { code: 'resource_exhausted' };
    const { address } = await serve(
      answering(async ({ any }) => ({ records: any === 'x' ? [] : records }) as never),
    );
    const api = connect({ addresses: [address], token });
    const body = { account: 'y'.repeat(maxMessageBytes), any: 'x', limit: 1 };
    await expect(api.findRequests(body)).rejects.toMatchObject(tooLarge);
    await expect(api.findRequests({ account: '', any: '', limit: 1 })).rejects.toMatchObject({});
    expect(await ask(api)).toBe('answered');
  });

  test('tells probes whether it serves, without the token', async () => {
    let serving = true;
    const { address } = await serve(
      { ...answering(async () => ({ records: [] })) },
      undefined,
      () => serving,
    );
    const client = new Client(address, credentials.createInsecure());
    closers.push(() => client.close());
    const check = () =>
      new Promise<number | undefined>((resolve, reject) => {
        const { path, requestSerialize, responseDeserialize } = healthDefinition.check;
        client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          Buffer.alloc(0),
          (error, bytes) => (error === null ? resolve(bytes?.[1]) : reject(error)),
        );
      });
    expect(await check()).toBe(1);
    serving = false;
    expect(await check()).toBe(2);
  });
});
