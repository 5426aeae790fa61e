import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Book, type BookEntry, openFileBook, openMemoryBook } from './book.ts';

const entry: Omit<BookEntry, 'seq'> = {
  time: '2026-01-01T00:00:00.000Z',
  provider: 'openai',
  dialect: 'openai-chat',
  requestedModel: 'gpt-5-mini',
  bodyId: 'chatcmpl-1',
  upstreamRequestId: 'req_1',
  stream: false,
  status: 200,
  outcome: 'completed',
  usage: { prompt_tokens: 1 },
  bytesSent: 10,
};

function append(book: Book, count: number): Promise<unknown> {
  const appended = Array.from(
    { length: count },
    () =>
      new Promise<void>((resolve, reject) =>
        book.append(entry, (error) => (error ? reject(error) : resolve())),
      ),
  );
  return Promise.all(appended);
}

const seqs = (entries: BookEntry[]) => entries.map(({ seq }) => seq);

let directory = '';
let path = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sandbox-book-'));
  path = join(directory, 'book.ndjson');
});
afterEach(() => rmSync(directory, { recursive: true }));

describe.each([
  ['in memory', () => openMemoryBook()],
  ['in a file', () => openFileBook(path)],
])('a book %s', (_name, open) => {
  test('numbers its entries from 1 and gives them back by page', async () => {
    const book = open();
    await append(book, 5);
    expect(book.lastSeq()).toBe(5);
    expect(book.read(0, 1)).toEqual([{ seq: 1, ...entry }]);
    expect(seqs(book.read(2, 2))).toEqual([3, 4]);
    expect(book.read(5, 10)).toEqual([]);
    book.close();
  });
});

describe('a book in a file', () => {
  test('is on disk when it says booked', async () => {
    const book = openFileBook(path);
    await append(book, 1);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ seq: 1, ...entry });
    book.close();
  });

  test('writes what comes in one turn at once, in order', async () => {
    const book = openFileBook(path);
    await append(book, 700);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).seq)).toEqual(
      [...Array(700).keys()].map((n) => n + 1),
    );
    book.close();
  });

  test('goes on counting after a restart', async () => {
    const first = openFileBook(path);
    await append(first, 2);
    first.close();
    const second = openFileBook(path);
    await append(second, 1);
    expect(seqs(second.read(0, 10))).toEqual([1, 2, 3]);
    second.close();
  });

  test('reads from the middle of a long book', async () => {
    const first = openFileBook(path);
    for (let round = 0; round < 20; round += 1) await append(first, 60);
    expect(seqs(first.read(1000, 3))).toEqual([1001, 1002, 1003]);
    first.close();
    const second = openFileBook(path);
    expect(seqs(second.read(1198, 9))).toEqual([1199, 1200]);
    second.close();
  });

  test('survives a line that a crash has cut', async () => {
    const first = openFileBook(path);
    await append(first, 1);
    first.close();
    appendFileSync(path, '{"seq":2,"time":"20');
    const second = openFileBook(path);
    await append(second, 1);
    expect(seqs(second.read(0, 10))).toEqual([1, 2]);
    second.close();
  });

  test('says so where it is closed', async () => {
    const book = openFileBook(path);
    book.close();
    await expect(append(book, 1)).rejects.toThrow('closed');
  });
});
