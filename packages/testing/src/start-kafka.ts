import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalKafka } from '@fluxrouter/local-kafka';
import { dockerAnswers } from './docker.ts';

/** The same version as docker-compose.yml and packages/local-kafka/pom.xml. */
const image = 'apache/kafka:4.3.1';
const kafkaPort = 9093;

/** A real broker for a test file. */
export interface TestKafka {
  /** `host:port`, for KAFKA_BROKERS. */
  readonly brokers: string;
  stop(): Promise<void>;
}

/** In a container where Docker answers; else by Java, from jars that Maven fetches (once, 44 MB). */
export async function startKafka(): Promise<TestKafka> {
  return dockerAnswers() ? startContainer() : startBesideUs();
}

async function startContainer(): Promise<TestKafka> {
  const { KafkaContainer } = await import('@testcontainers/kafka');
  const container = await new KafkaContainer(image)
    .withKraft()
    .withEnvironment({
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '1000',
    })
    .start();
  return {
    brokers: `${container.getHost()}:${container.getMappedPort(kafkaPort)}`,
    async stop() {
      await container.stop();
    },
  };
}

async function startBesideUs(): Promise<TestKafka> {
  const directory = mkdtempSync(join(tmpdir(), 'flux-kafka-'));
  const kafka = await startLocalKafka({ directory });
  return {
    brokers: kafka.brokers,
    async stop() {
      await kafka.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
