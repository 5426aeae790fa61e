// needs: java, maven
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { clusterIdAt } from './ask-broker.ts';
import { freePort } from './free-port.ts';
import { type LocalKafka, startLocalKafka } from './start-local-kafka.ts';

let directory: string;
let kafka: LocalKafka;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'local-kafka-'));
  kafka = await startLocalKafka({ directory });
  // The first time on a machine, Maven fetches it.
}, 300_000);
afterAll(async () => {
  await kafka?.stop();
  rmSync(directory, { recursive: true, force: true });
});

// A start of Java takes 2.5 s on a machine at rest, and a minute was seen on a busy one.
vi.setConfig({ testTimeout: 300_000 });
const patience = { timeout: 180_000, interval: 20 };

const portOf = ({ brokers }: LocalKafka) => Number(brokers.slice(brokers.indexOf(':') + 1));

async function listens(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

it('comes back after kill -9 on the same port with the same data', async () => {
  const [brokers, pid] = [kafka.brokers, kafka.pid];
  await kafka.kill();
  expect(await listens(portOf(kafka))).toBe(false);
  await kafka.start();
  expect(kafka.brokers).toBe(brokers);
  expect(kafka.pid).not.toBe(pid);
  expect(await listens(portOf(kafka))).toBe(true);
});

it('tells of a death that nobody asked for', async () => {
  const died = new Promise((resolve) => kafka.onDied(resolve));
  process.kill(kafka.pid ?? 0, 'SIGKILL');
  expect(await died).toBe('SIGKILL');
  await kafka.start();
});

it('ends when the process that started it is killed', async () => {
  const own = mkdtempSync(join(tmpdir(), 'local-kafka-orphan-'));
  const module = new URL('./start-local-kafka.ts', import.meta.url).href;
  const program = `const { startLocalKafka } = await import(${JSON.stringify(module)});
    const kafka = await startLocalKafka({ directory: ${JSON.stringify(own)} });
    process.stdout.write(kafka.brokers); setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [brokers] = (await once(parent.stdout, 'data')) as [Buffer];
  parent.kill('SIGKILL');
  const port = Number(brokers.toString().split(':')[1]);
  for (let tries = 0; tries < 300 && (await listens(port)); tries += 1) await sleep(100);
  expect(await listens(port)).toBe(false);
  rmSync(own, { recursive: true, force: true });
});

describe('ports that somebody else has', () => {
  const own: string[] = [];
  const held: Server[] = [];
  afterEach(() => {
    for (const server of held.splice(0)) server.close();
    for (const path of own.splice(0)) rmSync(path, { recursive: true, force: true });
  });
  const newDirectory = () => {
    const path = mkdtempSync(join(tmpdir(), 'local-kafka-ports-'));
    own.push(path);
    return path;
  };
  async function hold(port: number): Promise<Server> {
    const server = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1');
    await once(server, 'listening');
    held.push(server);
    return server;
  }

  it('one that was asked for is named', async () => {
    const port = await freePort();
    await hold(port);
    const start = startLocalKafka({ directory: newDirectory(), port });
    await expect(start).rejects.toMatchObject({ name: 'PortTakenError', port });
  });

  it('one that was taken while Java was starting is given up for another', async () => {
    const path = newDirectory();
    const properties = join(path, 'server.properties');
    const starting = startLocalKafka({ directory: path });
    // The port is in its configuration, and Java does not listen yet.
    const taken = await vi.waitFor(
      () => Number(/PLAINTEXT:\/\/\S+?:(\d+)/.exec(readFileSync(properties, 'utf8'))?.[1] ?? ''),
      patience,
    );
    await vi.waitFor(() => statSync(join(path, 'kafka.log')), patience);
    await hold(taken);
    const other = await starting;
    expect(portOf(other)).not.toBe(taken);
    expect(readFileSync(join(path, 'kafka.log'), 'utf8')).toContain(
      `failed to bind to 127.0.0.1:${taken}`,
    );
    await other.stop();
  });

  it('another broker that answers on it is not taken for this one', async () => {
    const start = startLocalKafka({ directory: newDirectory(), port: portOf(kafka) });
    await expect(start).rejects.toMatchObject({ port: portOf(kafka) });
    expect(await clusterIdAt(portOf(kafka))).toMatch(/^A[\w-]{21}$/);
  });

  it('its own, after a kill, are waited for', async () => {
    await kafka.kill();
    const squatter = await hold(portOf(kafka));
    const again = kafka.start();
    setTimeout(() => squatter.close(), 1_000);
    await again;
    expect(await clusterIdAt(portOf(kafka))).toMatch(/^A[\w-]{21}$/);
  });
});

it('data from before is served on other ports', async () => {
  const path = mkdtempSync(join(tmpdir(), 'local-kafka-moved-'));
  const first = await startLocalKafka({ directory: path });
  const id = await clusterIdAt(portOf(first));
  await first.stop();
  const second = await startLocalKafka({ directory: path });
  expect(portOf(second)).not.toBe(portOf(first));
  expect(await clusterIdAt(portOf(second))).toBe(id);
  await second.stop();
  rmSync(path, { recursive: true, force: true });
});
