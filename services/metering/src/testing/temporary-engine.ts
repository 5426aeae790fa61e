import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { startClickHouse } from '@fluxrouter/testing';
import { type ClickHouse, connectClickHouse } from '../clickhouse/connect.ts';

export interface TemporaryEngine {
  readonly clickhouse: ClickHouse;
  readonly directory: string;
  /** Rows of a query, for tests only. */
  rows<Row>(query: string): Promise<Row[]>;
  /** The one number that a query gives. */
  count(query: string): Promise<number>;
  close(): Promise<void>;
}

/** `chdb`: the engine in this process; `server`: behind HTTP, as on many machines. */
export const ENGINES = ['chdb', 'server'] as const;

/**
 * The real engine. In this process it serves one directory: one per test file. A server is a container where
 * Docker answers, else a process of its own.
 */
export async function openTemporaryEngine(
  kind: (typeof ENGINES)[number] = 'chdb',
): Promise<TemporaryEngine> {
  const directory = mkdtempSync(join(tmpdir(), 'flux-metering-'));
  if (kind === 'chdb') return openEngineIn(directory);
  const server = await startClickHouse();
  const engine = engineOf(await connectClickHouse({ url: server.url }), directory);
  return {
    ...engine,
    async close() {
      await engine.close();
      await server.stop();
    },
  };
}

/** chDB, on what other processes have left in the directory. */
export async function openEngineIn(directory: string): Promise<TemporaryEngine> {
  return engineOf(await connectClickHouse({ chdbPath: join(directory, 'clickhouse') }), directory);
}

function engineOf(clickhouse: ClickHouse, directory: string): TemporaryEngine {
  const rows = async <Row>(query: string) => {
    const result = await clickhouse.client.query({ query, format: 'JSONEachRow' });
    return result.json<Row>();
  };
  return {
    clickhouse,
    directory,
    rows,
    async count(query) {
      const [row] = await rows<Record<string, unknown>>(query);
      return Number(Object.values(row ?? {})[0]);
    },
    async close() {
      await clickhouse.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Merges drop second copies of a row; without them what is in twice can be counted. */
export async function stopMerges(client: ClickHouseClient): Promise<void> {
  const query = 'ALTER TABLE flux.usage MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = 1';
  await client.command({ query });
}
