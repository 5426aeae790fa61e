import {
  type ClickHouseClient,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
} from '@clickhouse/client';
import { chdbConnections } from './chdb-connection.ts';
import { openChdbEngine } from './chdb-engine.ts';

export interface ClickHouseOptions {
  /** A server; user and password in the URL. */
  url?: string | undefined;
  /** How long a server may say nothing. Default 60 s. */
  timeoutMs?: number;
  /** Directory of the engine in this process, where there is no server. */
  chdbPath?: string | undefined;
  /** How long to wait for a process that has the directory open. */
  lockWaitMs?: number;
}

export interface ClickHouse {
  readonly client: ClickHouseClient;
  readonly kind: 'server' | 'chdb';
  close(): Promise<void>;
}

// What every query of ours relies on, whatever the profile of the server's user says.
const settings: ClickHouseSettings = {
  async_insert: 0,
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_decimals: 1,
  join_use_nulls: 0,
};

// The client's own lines quote ClickHouse's messages, which quote the data that they are about.
const log = { level: ClickHouseLogLevel.OFF };

/** A server where there is a URL, else the engine in this process: the same client for both. */
export async function connectClickHouse(options: ClickHouseOptions): Promise<ClickHouse> {
  if (options.url !== undefined) return connectServer(options.url, options.timeoutMs);
  if (options.chdbPath === undefined)
    throw new Error('neither a URL nor a directory for ClickHouse');
  return connectChdb(options.chdbPath, options.lockWaitMs);
}

function connectServer(url: string, timeoutMs = 60_000): ClickHouse {
  const client = createClient({
    url,
    application: 'fluxrouter',
    clickhouse_settings: settings,
    log,
    max_open_connections: 8,
    request_timeout: timeoutMs,
  });
  return { client, kind: 'server', close: () => client.close() };
}

async function connectChdb(path: string, lockWaitMs?: number): Promise<ClickHouse> {
  const engine = await openChdbEngine(path, lockWaitMs);
  const client = createClient({
    connection: chdbConnections(path, { readsMax: 2, writesMax: 2 }),
    clickhouse_settings: settings,
    log,
  });
  return {
    client,
    kind: 'chdb',
    async close() {
      await client.close();
      await engine.close();
    },
  };
}
