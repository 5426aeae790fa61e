import { BusClosedError } from '../bus-errors.ts';
import {
  openWireCluster,
  protocolErrorOf,
  type WireCluster,
  type WireOptions,
} from './kafkajs-wire.ts';

/** Answers about a group's state: the connection and what we know of the cluster are in order. */
const answersOfGroups = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'GROUP_LOAD_IN_PROGRESS',
]);

/**
 * Connections to Kafka that are made when they are needed, and made anew after an error: a broker that
 * died, moved or was replaced is found again by asking the given addresses.
 */
export class KafkaLink {
  readonly #options: WireOptions;
  readonly #topics: readonly string[];
  #cluster: Promise<WireCluster> | null = null;
  #closed = false;

  constructor(options: WireOptions, topics: readonly string[] = []) {
    this.#options = options;
    this.#topics = topics;
  }

  async run<Result>(work: (cluster: WireCluster) => Promise<Result>): Promise<Result> {
    if (this.#closed) throw new BusClosedError();
    this.#cluster ??= this.#open();
    const cluster = this.#cluster;
    try {
      return await work(await cluster);
    } catch (error) {
      if (!answersOfGroups.has(protocolErrorOf(error) ?? '')) this.#drop(cluster);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const cluster = this.#cluster;
    if (cluster !== null) await disconnect(cluster);
  }

  async #open(): Promise<WireCluster> {
    const cluster = openWireCluster(this.#options);
    try {
      await cluster.connect();
      await cluster.addMultipleTargetTopics(this.#topics);
    } catch (error) {
      await disconnect(Promise.resolve(cluster));
      throw error;
    }
    return cluster;
  }

  #drop(cluster: Promise<WireCluster>): void {
    if (this.#cluster !== cluster) return;
    this.#cluster = null;
    void disconnect(cluster);
  }
}

async function disconnect(cluster: Promise<WireCluster>): Promise<void> {
  try {
    await (await cluster).disconnect();
  } catch {
    // It never connected, or the broker is gone: there is nothing left to close.
  }
}
