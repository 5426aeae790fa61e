import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { chat, chatPath, fetchPost, type Json, parseStream } from './test-client.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

let directory = '';
let children: ChildProcess[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sandbox-main-'));
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  rmSync(directory, { recursive: true });
});

function start(bookPath: string): ChildProcess {
  const env = { ...process.env, SANDBOX_BOOK: bookPath };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

async function urlOf(child: ChildProcess): Promise<string> {
  const [line] = await once(child.stdout ?? child, 'data');
  return JSON.parse(String(line)).listening;
}

const lines = (path: string): Json[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('a kill -9 forgets nothing that a client saw the end of', async () => {
  const path = join(directory, 'book.ndjson');
  const seen: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const child = start(path);
    const url = (await urlOf(child)) + chatPath;
    let isKilled = false;
    const client = async (stream: boolean) => {
      while (!isKilled) {
        try {
          const text = await (await fetchPost(url, chat('bench', { stream }))).text();
          seen.push(stream ? parseStream(text)[0].id : JSON.parse(text).id);
        } catch {
          return;
        }
        if (seen.length >= (round + 1) * 150) {
          isKilled = true;
          child.kill('SIGKILL');
        }
      }
    };
    await Promise.all([client(false), client(true), client(false), client(true)]);
  }
  const book = lines(path);
  expect(book.map(({ seq }) => seq)).toEqual(book.map((_, index) => index + 1));
  const booked = new Set(book.map(({ bodyId }) => bodyId));
  expect(booked.size).toBe(book.length);
  expect(seen.filter((id) => !booked.has(id))).toEqual([]);
});

test('ends on SIGTERM', async () => {
  const child = start(join(directory, 'book.ndjson'));
  await urlOf(child);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('ends when its parent is gone', async () => {
  const script = `
    const child = require('node:child_process').spawn(process.execPath, [${JSON.stringify(main)}],
      { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.once('data', (line) => process.stdout.write(line));
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(parent);
  const url = await urlOf(parent);
  expect((await fetch(`${url}/sandbox/health`)).status).toBe(200);
  parent.kill('SIGKILL');
  await vi.waitFor(() => expect(fetch(`${url}/sandbox/health`)).rejects.toThrow(), 10_000);
});

test('reports to a parent with a channel, and ends when that closes', async () => {
  const child = fork(main, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  children.push(child);
  const [message] = await once(child, 'message');
  expect(message).toEqual({ type: 'ready', url: expect.stringMatching(/^http:\/\/127/) });
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([0, null]);
});
