import type { ClickHouseClientConfigOptions } from '@clickhouse/client';
import { createChdbConnection } from 'chdb/connection';
import { semaphore } from './semaphore.ts';

type Connection = NonNullable<ClickHouseClientConfigOptions['connection']>;
type QueryParams = Parameters<Connection['query']>[0];
type InsertParams = Parameters<Connection['insert']>[0];

export interface ChdbLimits {
  /** Each call holds one of libuv's four threads: file system and DNS need theirs. */
  readonly readsMax: number;
  readonly writesMax: number;
}

/**
 * The engine's connection for `@clickhouse/client`, made of many. The stock one is one session for
 * all, and settings go over it as `SET`: the deduplication token of one insert stays on and swallows
 * later ones. So each write has a connection of its own, and reads share those of equal settings.
 */
export function chdbConnections(path: string, limits: ChdbLimits): Connection {
  const open = () => createChdbConnection({ path }) as unknown as Connection;
  const reads = semaphore(limits.readsMax);
  const writes = semaphore(limits.writesMax);
  const idle = new IdleConnections(limits.readsMax);

  const once = async <T>(call: (connection: Connection) => Promise<T>): Promise<T> => {
    const connection = open();
    try {
      return await call(connection);
    } finally {
      await connection.close();
    }
  };

  const reused = async (params: QueryParams): ReturnType<Connection['query']> => {
    const settings = JSON.stringify(params.clickhouse_settings ?? {});
    const connection = idle.take(settings) ?? open();
    try {
      const result = await connection.query(params);
      await idle.give(settings, connection);
      return result;
    } catch (error) {
      await connection.close();
      throw error;
    }
  };

  return {
    query: (params) => reads(() => reused(params)),
    ping: (params) => reads(() => once((connection) => connection.ping(params))),
    exec: (params) => writes(() => once((connection) => connection.exec(params))),
    command: (params) => writes(() => once((connection) => connection.command(params))),
    insert: (params) =>
      writes(() => once((connection) => connection.insert(inOneStatement(params)))),
    close: () => idle.close(),
  };
}

/**
 * The settings of an insert as a clause of it. The stock `SET a; SET b; INSERT …` makes the engine go
 * through the rows once more for each statement that stands before them: half of an insert's CPU.
 */
function inOneStatement({ clickhouse_settings = {}, ...params }: InsertParams): InsertParams {
  const clause = Object.entries(clickhouse_settings)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} = ${literal(value)}`)
    .join(', ');
  if (clause === '') return params;
  const end = params.query.lastIndexOf(' FORMAT ');
  return {
    ...params,
    query: `${params.query.slice(0, end)} SETTINGS ${clause}${params.query.slice(end)}`,
  };
}

function literal(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(Number(value));
  return `'${String(value).replaceAll(/['\\]/g, '\\$&')}'`;
}

/** A connection's first query takes 2 ms longer than its later ones: look-ups are worth keeping it. */
class IdleConnections {
  readonly #max: number;
  #idle: { settings: string; connection: Connection }[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  take(settings: string): Connection | undefined {
    const index = this.#idle.findIndex((each) => each.settings === settings);
    return index < 0 ? undefined : this.#idle.splice(index, 1)[0]?.connection;
  }

  async give(settings: string, connection: Connection): Promise<void> {
    this.#idle.push({ settings, connection });
    if (this.#idle.length > this.#max) await this.#idle.shift()?.connection.close();
  }

  async close(): Promise<void> {
    const all = this.#idle.splice(0);
    await Promise.all(all.map(({ connection }) => connection.close()));
  }
}
