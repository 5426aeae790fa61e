import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../testing/index.ts';
import { whenNotBusy } from './busy.ts';
import { checkpointer } from './checkpointer.ts';
import { openDatabase } from './open-database.ts';

const MIB = 1024 * 1024;
let directory = '';
let path = '';
let database: DatabaseSync;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'checkpointer-'));
  path = join(directory, 'log.sqlite');
  database = openDatabase({
    path,
    prepareSchema: (opened) => opened.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB)'),
  });
});
afterEach(async () => {
  await checkpointer.forget(path);
  database.close();
  rmSync(directory, { recursive: true });
});

const walBytes = () => statSync(`${path}-wal`).size;

it('keeps the WAL bounded while rows are written and read without a pause', async () => {
  const insert = database.prepare('INSERT INTO t (body) VALUES (?)');
  const reader = new DatabaseSync(path, { readOnly: true });
  const count = reader.prepare('SELECT count(*) AS rows FROM t WHERE id > ?');
  const body = Buffer.alloc(3_000);
  let written = 0;
  let largest = 0;
  for (let row = 1; written < 160 * MIB; row += 1) {
    await whenNotBusy(() => insert.run(body));
    checkpointer.wrote(path, 8_400, database);
    written += 8_400;
    if (row % 20 !== 0) continue;
    try {
      count.get(row - 10);
    } catch {
      // Busy for a moment.
    }
    largest = Math.max(largest, walBytes());
    await new Promise((resolve) => setImmediate(resolve));
  }
  reader.close();
  expect(largest).toBeLessThan(0.6 * written);
});

it('empties the WAL when nothing is written any more', async () => {
  for (let i = 0; i < 300; i += 1) {
    database.prepare('INSERT INTO t (body) VALUES (?)').run(Buffer.alloc(3_000));
    checkpointer.wrote(path, 8_400, database);
  }
  expect(walBytes()).toBeGreaterThan(0);
  await eventually('an empty WAL', () => walBytes() === 0, 15_000);
  expect(database.prepare('SELECT count(*) AS rows FROM t').get()).toEqual({ rows: 300 });
});

it('tells what went wrong, and goes on with other files', async () => {
  const missing = join(directory, 'missing', 'x.sqlite');
  checkpointer.wrote(missing, 9 * MIB, database);
  await eventually('a failure', () => checkpointer.failures().has(missing));
  checkpointer.wrote(path, 9 * MIB, database);
  await checkpointer.forget(missing);
  expect(checkpointer.failures().has(missing)).toBe(false);
  expect(checkpointer.failures().has(path)).toBe(false);
});
