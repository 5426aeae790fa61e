import { Pool } from 'undici';
import type { ProviderProxyConfig } from '../config.ts';

/** One undici `Pool` an origin, made when first needed. */
export class Pools {
  readonly #config: ProviderProxyConfig;
  readonly #pools = new Map<string, Pool>();

  constructor(config: ProviderProxyConfig) {
    this.#config = config;
  }

  to(origin: string): Pool {
    let pool = this.#pools.get(origin);
    if (pool === undefined) {
      pool = new Pool(origin, {
        connections: this.#config.connectionsMax,
        // A request that waits behind another's stream would wait for minutes.
        pipelining: 1,
        connect: { timeout: this.#config.connectTimeoutMs },
        headersTimeout: this.#config.silenceMs,
        bodyTimeout: this.#config.silenceMs,
        // Shorter than what providers keep: a connection that they close under us costs a retry.
        keepAliveTimeout: 30_000,
        maxHeaderSize: 64 * 1024,
      });
      this.#pools.set(origin, pool);
    }
    return pool;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
    this.#pools.clear();
  }
}
