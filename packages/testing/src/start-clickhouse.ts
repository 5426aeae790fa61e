import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dockerAnswers } from './docker.ts';
import { startChdbServer } from './start-chdb-server.ts';

/** The same version as docker-compose.yml; chDB of this release is the same engine. */
const image = 'clickhouse/clickhouse-server:26.7';

export interface TestClickHouse {
  /** With user and password, for CLICKHOUSE_URL. */
  readonly url: string;
  stop(): Promise<void>;
}

/** A server for a test file: in a container where Docker answers; else chDB in a process of its own. */
export async function startClickHouse(): Promise<TestClickHouse> {
  return dockerAnswers() ? startContainer() : startBesideUs();
}

async function startContainer(): Promise<TestClickHouse> {
  const { ClickHouseContainer } = await import('@testcontainers/clickhouse');
  const container = await new ClickHouseContainer(image).start();
  const url = new URL(container.getHttpUrl());
  url.username = container.getUsername();
  url.password = container.getPassword();
  return {
    url: url.href,
    async stop() {
      await container.stop();
    },
  };
}

async function startBesideUs(): Promise<TestClickHouse> {
  const directory = mkdtempSync(join(tmpdir(), 'flux-clickhouse-'));
  const server = await startChdbServer(directory);
  return {
    url: server.url,
    async stop() {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
