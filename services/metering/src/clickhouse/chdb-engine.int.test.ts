import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { ChdbLockedError } from './chdb-engine.ts';
import { connectClickHouse } from './connect.ts';

const directory = mkdtempSync(join(tmpdir(), 'flux-lock-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('waits for a directory in use, says so, and gets it once its holder is killed', async () => {
  const script = new URL('../testing/directory-holder.ts', import.meta.url).pathname;
  const holder = spawn(process.execPath, [script, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  const refused = connectClickHouse({ chdbPath: directory, lockWaitMs: 200 });
  await expect(refused).rejects.toThrow(ChdbLockedError);
  await expect(refused).rejects.toThrow(directory);

  const waiting = connectClickHouse({ chdbPath: directory });
  holder.kill('SIGKILL');
  const clickhouse = await waiting;
  const result = await clickhouse.client.query({ query: 'SELECT 1 AS one', format: 'JSONEachRow' });
  expect(await result.json()).toEqual([{ one: 1 }]);
  await clickhouse.close();
});

test('a setting of one call is not there in the next', async () => {
  const { client, close } = await connectClickHouse({ chdbPath: directory });
  const blockSize = async (clickhouse_settings = {}) => {
    const query = "SELECT toUInt32(getSetting('max_block_size')) AS size";
    const result = await client.query({ query, format: 'JSONEachRow', clickhouse_settings });
    return (await result.json<{ size: number }>())[0]?.size;
  };
  const before = await blockSize();
  expect(await blockSize({ max_block_size: '77' })).toBe(77);
  expect(await blockSize()).toBe(before);
  await close();
});
