import { AttemptFrames, AttemptResult } from '@fluxrouter/generated/proxy';
import { Client, credentials } from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from 'vitest';
import type { ProviderProxyPort } from '../../attempts.ts';
import { connectGrpc } from '../connect.ts';
import { type GrpcServer, serveGrpc } from '../serve.ts';
import {
  beginning,
  describeAttempts,
  ending,
  FakeProxy,
  Seen,
  until,
} from './attempts.contract.ts';
import { type AttemptsOptions, connectAttempts } from './attempts-client.ts';
import { type AttemptsService, serveAttempts } from './attempts-server.ts';
import { attemptsService } from './method.ts';

const token = 'a-token-of-the-services';
const closers: (() => Promise<void> | void)[] = [];

async function closeAll() {
  for (const close of closers.splice(0).reverse()) await close();
}

interface Served {
  server: GrpcServer;
  service: AttemptsService;
  messages: Buffer[];
  /** Of its callers. */
  callers: ServerStream[];
}

type ServerStream = NodeJS.EventEmitter & { write(message: Buffer): boolean };

async function serve(proxy: ProviderProxyPort, address = '127.0.0.1:0'): Promise<Served> {
  const service = serveAttempts(proxy);
  const messages: Buffer[] = [];
  const callers: ServerStream[] = [];
  const { attempts } = service.streams as unknown as { attempts: (stream: never) => void };
  const streams = {
    attempts(stream: ServerStream) {
      callers.push(stream);
      stream.on('data', (message: Buffer) => messages.push(message));
      attempts(stream as never);
    },
  };
  const served = { ...service, streams: streams as never };
  const server = await serveGrpc({ address, token, services: [served] });
  closers.push(() => server.close(20));
  return { server, service, messages, callers };
}

function connect(addresses: string[], options: Partial<AttemptsOptions> = {}) {
  const connection = connectAttempts({ addresses, token, waitMs: 300, ...options });
  closers.push(connection.close);
  return connection;
}

describeAttempts('frames over gRPC', async () => ({
  bind: async (proxy) => connect([(await serve(proxy)).server.address]).api,
  close: closeAll,
}));

describeAttempts('in process', async () => ({
  bind: async (proxy) => proxy,
  close: async () => {},
}));

describe('attempts between processes', () => {
  afterEach(closeAll);

  test('all that one turn brings is one message', async () => {
    const there = new FakeProxy();
    const { server, messages } = await serve(there);
    const { api } = connect([server.address]);
    api.begin(beginning(), new Seen());
    await there.attempt(0);
    for (let n = 0; n < 64; n += 1) api.begin(beginning(), new Seen()).accept();
    await there.attempt(64);
    const frames = messages.map((message) => AttemptFrames.decode(message).frames.length);
    expect(frames).toEqual([1, 128]);
  });

  test('a slow reader is sent no more than its credit, and holds up nobody', async () => {
    const there = new FakeProxy();
    const { server } = await serve(there);
    const { api } = connect([server.address], { creditBytes: 50_000 });
    const [slow, quick] = [new Seen(), new Seen()];
    slow.reads = false;
    const slowCall = api.begin(beginning(), slow);
    api.begin(beginning(), quick);
    const [toSlow, toQuick] = [await there.attempt(0), await there.attempt(1)];
    const chunk = Buffer.alloc(8_000, 'x');
    let asked = true;
    for (let n = 0; n < 10; n += 1) asked = toSlow.sink.data(chunk, true, true);
    expect(asked).toBe(false);
    // A source that cannot stop: what is over the credit waits there, in order.
    for (let n = 0; n < 500; n += 1) toSlow.sink.data(Buffer.from(`${n},`), true, true);
    for (let n = 0; n < 200; n += 1) {
      toQuick.sink.data(chunk, true, true);
      await until(() => quick.received === (n + 1) * chunk.length);
    }
    toSlow.sink.end(ending());
    expect(slow.received).toBe(7 * chunk.length);
    expect(slow.ended).toBeNull();
    slow.reads = true;
    slowCall.resume();
    await slow.over;
    expect(slow.received).toBeGreaterThan(10 * chunk.length);
    const words = Buffer.concat(slow.bytes.slice(10)).toString();
    expect(words).toBe(Array.from({ length: 500 }, (_, n) => `${n},`).join(''));
  });

  test('credit comes as the reader reads, and the source is asked to go on', async () => {
    const there = new FakeProxy();
    const { server } = await serve(there);
    const { api } = connect([server.address], { creditBytes: 10_000 });
    const seen = new Seen();
    api.begin(beginning(), seen);
    const attempt = await there.attempt(0);
    expect(attempt.sink.data(Buffer.alloc(10_000), true, true)).toBe(false);
    await attempt.untilTold('resume');
    expect(attempt.sink.data(Buffer.alloc(9_999), true, true)).toBe(true);
  });

  test('a provider-proxy that dies loses its own attempts, and those alone', async () => {
    const [first, second] = [new FakeProxy(), new FakeProxy()];
    const dying = await serve(first);
    const living = await serve(second);
    const connection = connect([dying.server.address, living.server.address]);
    await until(() => connection.up() === 2);
    const all = Array.from({ length: 10 }, () => {
      const seen = new Seen();
      connection.api.begin(beginning(), seen);
      return seen;
    });
    await first.attempt(4);
    await second.attempt(4);
    await dying.server.close(0);
    await until(() => connection.up() === 1);
    for (const { sink } of second.attempts) sink.end(ending());
    await Promise.all(all.map((seen) => seen.over));
    const stories = all.map(({ story }) => story.join());
    expect(stories.filter((story) => story === 'lost true')).toHaveLength(5);
    expect(stories.filter((story) => story === 'end completed')).toHaveLength(5);
    const next = new Seen();
    connection.api.begin(beginning(), next);
    await second.attempt(5);
    await serve(first, dying.server.address);
    await until(() => connection.up() === 2);
  });

  test('when the caller dies its attempts are cancelled, charged to nobody', async () => {
    const there = new FakeProxy();
    const { server, service } = await serve(there);
    const connection = connect([server.address]);
    const seen = new Seen();
    connection.api.begin(beginning(), seen);
    const attempt = await there.attempt(0);
    connection.close();
    await attempt.untilTold('cancel caller_lost');
    expect([seen.story, service.running]).toEqual([['lost true'], 0]);
  });

  test('where none can be reached an attempt waits its time, and was not begun', async () => {
    const { api } = connect(['127.0.0.1:9']);
    const seen = new Seen();
    const startedAt = performance.now();
    api.begin(beginning(), seen);
    await seen.over;
    expect(seen.story).toEqual(['lost false']);
    expect(performance.now() - startedAt).toBeGreaterThan(250);
    const cancelled = new Seen();
    api.begin(beginning(), cancelled).cancel('client_gone');
    await cancelled.over;
    expect(cancelled.story).toEqual(['lost false']);
  });

  test('a caller without the token is refused at once', async () => {
    const { server } = await serve(new FakeProxy());
    const connection = connect([server.address], { token: 'wrong', waitMs: 60_000 });
    const seen = new Seen();
    connection.api.begin(beginning(), seen);
    await seen.over;
    expect([seen.story, connection.up()]).toEqual([['lost false'], 0]);
  });

  test('one that refuses the token is no reason not to wait for another', async () => {
    const refusing = serveAttempts(new FakeProxy());
    const other = await serveGrpc({
      ...{ address: '127.0.0.1:0', token: 'the-token-of-tomorrow', services: [refusing] },
    });
    closers.push(() => other.close(0));
    const well = new FakeProxy();
    const before = await serve(well);
    const { address } = before.server;
    const connection = connect([other.address, address], { waitMs: 30_000 });
    await until(() => connection.up() === 1);
    await before.server.close(0);
    await until(() => connection.up() === 0);
    const seen = new Seen();
    connection.api.begin(beginning(), seen);
    await serve(well, address);
    (await well.attempt(0)).sink.end(ending());
    await seen.over;
    expect(seen.story).toEqual(['end completed']);
  });

  test('a cancelled attempt that does not end is given up', async () => {
    const there = new FakeProxy();
    const { server } = await serve(there);
    const { api } = connect([server.address], { cancelGraceMs: 50 });
    const seen = new Seen();
    const call = api.begin(beginning(), seen);
    const attempt = await there.attempt(0);
    call.cancel('deadline');
    await seen.over;
    expect(seen.story).toEqual(['lost true']);
    attempt.sink.end(ending());
    const next = new Seen();
    api.begin(beginning(), next);
    (await there.attempt(1)).sink.end(ending());
    await next.over;
    expect([seen.story, next.story]).toEqual([['lost true'], ['end completed']]);
  });

  test('one that refuses is not taken for the one with the fewest', async () => {
    const full: ProviderProxyPort = {
      begin(_begin, sink) {
        queueMicrotask(() => sink.lost(false));
        return { accept() {}, cancel() {}, resume() {} };
      },
    };
    const well = new FakeProxy();
    const addresses = [(await serve(full)).server.address, (await serve(well)).server.address];
    const connection = connect(addresses);
    await until(() => connection.up() === 2);
    const stories: string[] = [];
    for (let n = 0; n < 10; n += 1) {
      const seen = new Seen();
      connection.api.begin(beginning(), seen);
      await until(() => seen.story.length > 0 || well.attempts.length > n - stories.length);
      if (seen.story.length > 0) stories.push(...seen.story);
    }
    // Once a second at most: what runs on the other is no reason to ask it again.
    expect(stories.length).toBeLessThan(5);
    expect(well.attempts).toHaveLength(10 - stories.length);
  });

  test('one that drains lets its attempts end, and is begun on no more', async () => {
    const [first, second] = [new FakeProxy(), new FakeProxy()];
    const draining = await serve(first);
    const other = await serve(second);
    const connection = connect([draining.server.address, other.server.address]);
    await until(() => connection.up() === 2);
    const seen = [new Seen(), new Seen()];
    for (const each of seen) connection.api.begin(beginning(), each);
    await first.attempt(0);
    draining.service.drain();
    await until(() => connection.up() === 1);
    for (let n = 0; n < 4; n += 1) connection.api.begin(beginning(), new Seen());
    await second.attempt(4);
    const closed = draining.server.close(10_000);
    first.attempts[0]?.sink.end(ending());
    await closed;
    expect(first.attempts).toHaveLength(1);
    expect(seen.filter(({ ended }) => ended?.outcome === 'completed')).toHaveLength(1);
  });

  test('a fault in one attempt ends it and no other', async () => {
    const there = new FakeProxy();
    const { server } = await serve(there);
    const { api } = connect([server.address]);
    const [faulty, well] = [new Seen(), new Seen()];
    api.begin(beginning({ dialect: 'fault' }), faulty);
    api.begin(beginning(), well);
    (await there.attempt(0)).sink.end(ending());
    await Promise.all([faulty.over, well.over]);
    expect([faulty.story, well.story]).toEqual([['lost false'], ['end completed']]);
  });

  test('bytes that are no frames end the stream of who sent them', async () => {
    const there = new FakeProxy();
    const { server } = await serve(there);
    const connection = connect([server.address]);
    const seen = new Seen();
    connection.api.begin(beginning(), seen);
    const attempt = await there.attempt(0);
    const { Metadata } = await import('@grpc/grpc-js');
    const metadata = new Metadata();
    metadata.set('x-flux-service-token', token);
    const client = new Client(server.address, credentials.createInsecure());
    closers.push(() => client.close());
    const { path, requestSerialize, responseDeserialize } = attemptsService.attempts;
    const stream = client.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      metadata,
    );
    const broken = new Promise<void>((resolve) => {
      stream.on('error', () => resolve());
      stream.on('end', () => resolve());
    });
    stream.on('data', () => {});
    stream.write(Buffer.from([0x0a, 0xff, 0x01]));
    await broken;
    attempt.sink.end(ending());
    await seen.over;
    expect(seen.story).toEqual(['end completed']);
  });

  test('bytes that are no frames, of a provider-proxy, lose what runs on that stream, and no more', async () => {
    const garbling = new FakeProxy();
    const bad = await serve(garbling);
    const connection = connect([bad.server.address]);
    const seen = new Seen();
    connection.api.begin(beginning(), seen);
    await garbling.attempt(0);
    for (const stream of bad.callers) stream.write(Buffer.from([0x0a, 0xff, 0x01]));
    await seen.over;
    expect(seen.story).toEqual(['lost true']);
    await garbling.attempts[0]?.untilTold('cancel caller_lost');
    // The stream is made anew, and what comes on it counts.
    const next = new Seen();
    connection.api.begin(beginning(), next);
    (await garbling.attempt(1)).sink.end(ending());
    await next.over;
    expect(next.story).toEqual(['end completed']);
  });

  test('tools get all of an attempt by one call', async () => {
    const there = new FakeProxy();
    const { server } = await serve(there);
    const connection = connectGrpc(attemptsService, { addresses: [server.address], token });
    closers.push(connection.close);
    const asked = connection.api.attempt(beginning({ stream: false }));
    const attempt = await there.attempt(0);
    attempt.sink.head({ status: 200, headers: [] });
    attempt.sink.data(Buffer.from('data: 1\n\n'), true, true);
    await attempt.untilTold('accept');
    attempt.sink.end(ending());
    const { head, end } = AttemptResult.fromPartial(await asked);
    expect([head?.status, String(end?.finalBytes)]).toEqual([200, 'data: 1\n\ndata: [DONE]\n\n']);

    const slow = connectGrpc(attemptsService, {
      addresses: [server.address],
      token,
      deadlineMs: 50,
    });
    closers.push(slow.close);
    await expect(slow.api.attempt(beginning())).rejects.toMatchObject({
      code: 'deadline_exceeded',
    });
    await (await there.attempt(1)).untilTold('cancel client_gone');
  });
});
