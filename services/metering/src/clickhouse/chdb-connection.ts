import type { ClickHouseClientConfigOptions } from '@clickhouse/client';
import { createChdbConnection } from 'chdb/connection';
import { semaphore } from './semaphore.ts';

type Connection = NonNullable<ClickHouseClientConfigOptions['connection']>;

export interface ChdbLimits {
  /** Each call holds one of libuv's four threads: file system and DNS need theirs. */
  readonly readsMax: number;
  readonly insertsMax: number;
}

/**
 * A connection of its own for each call. The stock connection is one session for all, and settings
 * go over it as `SET`: the deduplication token of one insert would stay on and swallow later ones.
 */
export function connectionPerCall(path: string, limits: ChdbLimits): Connection {
  const reads = semaphore(limits.readsMax);
  const inserts = semaphore(limits.insertsMax);
  const once = async <T>(call: (connection: Connection) => Promise<T>): Promise<T> => {
    const connection = createChdbConnection({ path }) as unknown as Connection;
    try {
      return await call(connection);
    } finally {
      await connection.close();
    }
  };
  return {
    ping: (params) => reads(() => once((connection) => connection.ping(params))),
    query: (params) => reads(() => once((connection) => connection.query(params))),
    exec: (params) => reads(() => once((connection) => connection.exec(params))),
    command: (params) => inserts(() => once((connection) => connection.command(params))),
    insert: (params) => inserts(() => once((connection) => connection.insert(params))),
    // Nothing is open between calls; the engine is closed by who opened it.
    close: async () => {},
  };
}
