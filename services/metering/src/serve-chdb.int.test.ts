import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClickHouse, connectClickHouse } from './clickhouse/connect.ts';
import { migrate } from './clickhouse/migrate.ts';
import { type ChdbServer, serveChdb } from './serve-chdb.ts';
import { openTemporaryEngine, type TemporaryEngine } from './testing/temporary-engine.ts';

let engine: TemporaryEngine;
let server: ChdbServer;
let remote: ClickHouse;

beforeAll(async () => {
  engine = await openTemporaryEngine();
  await migrate(engine.clickhouse.client);
  const { clickhouse } = engine;
  server = await serveChdb({ clickhouse, host: '127.0.0.1', port: 0, token: 'a-token' });
  remote = await connectClickHouse({ url: server.url.replace('//', '//flux:a-token@') });
});

afterAll(async () => {
  await remote.close();
  await server.close();
  await engine.close();
});

const select = async (query: string, query_params: Record<string, unknown> = {}) => {
  const result = await remote.client.query({ query, query_params, format: 'JSONEachRow' });
  return result.json();
};

test('answers a client as a server does, with bound parameters of all kinds', async () => {
  expect(remote.kind).toBe('server');
  const values = { text: "it's \\ a\ttext\n✂", list: ['a', "b'"], number: 7, yes: true };
  expect(
    await select(
      'SELECT {text:String} AS text, {list:Array(String)} AS list, {number:UInt64} AS number, {yes:Bool} AS yes',
      values,
    ),
  ).toEqual([{ ...values, number: '7' }]);
  expect((await remote.client.ping()).success).toBe(true);
  expect((await remote.client.ping({ select: true })).success).toBe(true);
});

test('errors come with their code', async () => {
  await expect(select('SELECT nothing')).rejects.toMatchObject({ type: 'UNKNOWN_IDENTIFIER' });
});

test('a wrong password gets nothing', async () => {
  for (const url of [server.url, server.url.replace('//', '//flux:another@')]) {
    const stranger = await connectClickHouse({ url });
    await expect(stranger.client.query({ query: 'SELECT 1' })).rejects.toMatchObject({
      type: 'AUTHENTICATION_FAILED',
    });
    await stranger.close();
  }
});

test('only reads, and only tables', async () => {
  const file = join(engine.directory, 'secret.txt');
  writeFileSync(file, 'secret');
  for (const query of [
    'CREATE TABLE flux.mine (a UInt8) ENGINE = Memory',
    'DROP TABLE flux.usage',
    'INSERT INTO flux.migrations (number) VALUES (9)',
    'ALTER TABLE flux.usage DELETE WHERE 1',
    'SET readonly = 0; DROP TABLE flux.usage',
    'SELECT 1 SETTINGS readonly = 0',
    `SELECT * FROM file('${file}', 'RawBLOB')`,
    "SELECT * FROM url('http://127.0.0.1:1/', 'RawBLOB')",
    `SELECT 1 INTO OUTFILE '${file}.out'`,
    'SYSTEM SHUTDOWN',
  ])
    await expect(remote.client.command({ query }), query).rejects.toThrow();
  expect(await select("SELECT count() AS tables FROM system.tables WHERE name = 'usage'")).toEqual([
    { tables: '1' },
  ]);
});
