import { dockerAnswers } from './docker.ts';

/** The same version as docker-compose.yml; chDB of this release is the same engine. */
const image = 'clickhouse/clickhouse-server:26.7';

export interface TestClickHouse {
  /** With user and password, for CLICKHOUSE_URL. */
  readonly url: string;
  stop(): Promise<void>;
}

/** A server in a container where Docker answers; undefined elsewhere: chDB is the engine then. */
export async function startClickHouse(): Promise<TestClickHouse | undefined> {
  if (!dockerAnswers()) return undefined;
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
