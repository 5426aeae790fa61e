import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { type Book, openMemoryBook } from './book.ts';
import { createFaultGate } from './faults.ts';
import { createTokenSource } from './ids.ts';
import { createSandboxServer } from './server.ts';
import { chat, chatPath, fetchPost } from './test-client.ts';

let stop = async () => {};
afterEach(() => stop());

async function serveWith(book: Book): Promise<string> {
  const server = createSandboxServer({
    book,
    nextToken: createTokenSource(),
    gate: createFaultGate(),
    hashBodies: false,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stop = async () => {
    server.close();
    server.closeAllConnections();
  };
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${chatPath}`;
}

const requests: [string, object][] = [
  ['a body', chat('x')],
  ['a stream', chat('x', { stream: true })],
  ['a benchmark’s body', chat('bench')],
  ['a benchmark’s stream', chat('bench', { stream: true })],
  ['a stream that ends in an error', chat('[[sandbox {"errorAfterChunks":1}]]', { stream: true })],
  ['a refusal', chat('[[sandbox {"status":500}]]')],
  ['a stream cut into bytes', chat('[[sandbox {"splitBytes":9}]]', { stream: true })],
];

describe('the end of an answer waits for the book', () => {
  test.each(requests)('%s', async (_name, body) => {
    let isBooked = false;
    const url = await serveWith({
      ...openMemoryBook(),
      async append(_entry, booked) {
        for (let turn = 0; turn < 100; turn += 1) await nextTurn();
        isBooked = true;
        booked();
      },
    });
    const text = await (await fetchPost(url, body)).text();
    expect(text).not.toBe('');
    expect(isBooked).toBe(true);
  });
});

describe('an answer that cannot be booked is not seen to end', () => {
  test.each(requests)('%s', async (_name, body) => {
    const url = await serveWith({
      ...openMemoryBook(),
      append: (_entry, booked) => booked(new Error('disk full')),
    });
    const read = async () => (await fetchPost(url, body)).text();
    await expect(read()).rejects.toThrow();
  });
});
