import { createRequire } from 'node:module';
import type { logCreator, logLevel } from 'kafkajs';

/**
 * What we use of kafkajs below its public face: the cluster's metadata and one call for each request of
 * Kafka's protocol. Its consumer stops after some rebalances (tulios/kafkajs#659, #1441), commits a
 * batch of one generation under the next, and needs a group to read at all; so groups and reading are
 * ours, on its protocol layer. The version is pinned exactly: docs/decisions/0011.
 */
export interface WireCluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Record<string, number[]>;
  findBroker(node: { nodeId: string }): Promise<WireBroker>;
  findGroupCoordinator(group: { groupId: string }): Promise<WireBroker>;
  fetchTopicsOffset(
    topics: readonly { topic: string; partitions: readonly { partition: number }[] }[],
  ): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>;
}

interface GroupMember {
  groupId: string;
  memberId: string;
}

interface TopicOffsets {
  topic: string;
  partitions: { partition: number; offset: string; metadata?: string }[];
}

export interface WireBroker {
  joinGroup(
    request: GroupMember & {
      sessionTimeout: number;
      rebalanceTimeout: number;
      groupProtocols: { name: string; metadata: Buffer }[];
    },
  ): Promise<{
    generationId: number;
    leaderId: string;
    memberId: string;
    members: { memberId: string; memberMetadata: Buffer }[];
  }>;
  syncGroup(
    request: GroupMember & {
      generationId: number;
      groupAssignment: { memberId: string; memberAssignment: Buffer }[];
    },
  ): Promise<{ memberAssignment: Buffer }>;
  heartbeat(request: GroupMember & { groupGenerationId: number }): Promise<unknown>;
  leaveGroup(request: GroupMember): Promise<unknown>;
  offsetCommit(
    request: GroupMember & { groupGenerationId: number; topics: TopicOffsets[] },
  ): Promise<unknown>;
  offsetFetch(request: {
    groupId: string;
    topics: { topic: string; partitions: { partition: number }[] }[];
  }): Promise<{ responses: TopicOffsets[] }>;
}

export interface FetchRequest {
  maxWaitTime: number;
  minBytes: number;
  maxBytes: number;
  isolationLevel: number;
  topics: {
    topic: string;
    partitions: { partition: number; fetchOffset: string; maxBytes: number }[];
  }[];
}

interface FetchedTopic {
  topicName: string;
  partitions: { partition: number; highWatermark: string; messages: FetchedMessage[] }[];
}

export interface FetchedMessage {
  offset: string;
  timestamp: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer | Buffer[]>;
  isControlRecord: boolean;
}

export interface WireOptions {
  clientId: string;
  brokers: string[];
  logCreator: logCreator;
  logLevel: logLevel;
}

const require = createRequire(import.meta.url);

/** A set of connections of its own: Kafka answers the requests of one connection one after another. */
export function openWireCluster(options: WireOptions): WireCluster {
  const Cluster = require('kafkajs/src/cluster/index.js') as new (settings: object) => WireCluster;
  const socketFactory = require('kafkajs/src/network/socketFactory.js') as () => unknown;
  const { createLogger } = require('kafkajs/src/loggers/index.js') as {
    createLogger(settings: object): unknown;
  };
  return new Cluster({
    ...options,
    logger: createLogger({ level: options.logLevel, logCreator: options.logCreator }),
    socketFactory: socketFactory(),
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    enforceRequestTimeout: true,
    metadataMaxAge: 300_000,
    allowAutoTopicCreation: false,
    maxInFlightRequests: null,
    // Nobody writes in transactions: there is nothing uncommitted to hide.
    isolationLevel: 0,
    // Whoever calls tries again, with a new cluster.
    retry: { retries: 4, initialRetryTime: 50, maxRetryTime: 500 },
  });
}

interface FetchingBroker extends WireBroker {
  fetch(request: FetchRequest): Promise<{ responses: FetchedTopic[] }>;
  /** Fetches have a connection of their own, the second one, which is made by the first of them. */
  readonly connectionPool: { getConnection(index: 1): Promise<unknown> };
}

const connecting = new WeakMap<WireBroker, Promise<unknown>>();

/**
 * What a partition's leader has. kafkajs makes a socket for each fetch that finds no connection, also
 * while one is being made; of several at once all but the last socket stay open for ever.
 */
export async function fetchFrom(
  cluster: WireCluster,
  nodeId: string,
  request: FetchRequest,
): Promise<FetchedTopic[]> {
  const broker = (await cluster.findBroker({ nodeId })) as FetchingBroker;
  let connected = connecting.get(broker);
  if (connected === undefined) {
    connected = broker.connectionPool.getConnection(1).finally(() => connecting.delete(broker));
    connecting.set(broker, connected);
  }
  await connected;
  const { responses } = await broker.fetch(request);
  return responses;
}

/** The error code of Kafka's protocol, such as `REBALANCE_IN_PROGRESS`; undefined: it is none of these. */
export function protocolErrorOf(error: unknown): string | undefined {
  const { type } = (error ?? {}) as { type?: unknown };
  return typeof type === 'string' ? type : undefined;
}
