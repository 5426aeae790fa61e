// needs: java, maven
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
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
