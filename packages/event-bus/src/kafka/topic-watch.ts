import { setTimeout as sleep } from 'node:timers/promises';
import { reconnectDelayMs } from '../log-bus/backoff.ts';
import type { BusRecord, TopicSpec } from '../port.ts';
import { toBusRecord } from './bus-record.ts';
import type { KafkaLink } from './kafka-link.ts';
import { fetchFrom, type WireCluster } from './kafkajs-wire.ts';

/** How long Kafka holds a request for which there is nothing yet. */
const WAIT_MS = 500;
/** A topic that was made anew may by now be as long as the old one was: its first record tells. */
const RECHECK_MS = 5_000;
const MAX_BYTES = 4 * 1024 * 1024;
const PARTITION_BYTES = 512 * 1024;

/** The topic that is watched, as its watch sees it. */
interface WatchedTopic {
  readonly spec: TopicSpec;
  readonly ends: readonly number[];
  check(): Promise<void>;
  came(partition: number, from: number, end: number, records: readonly BusRecord[]): void;
  grew(partition: number, end: number): void;
}

/**
 * Waits at the end of every partition of a topic, one request at each broker: tells the topic what comes
 * and how far it reaches. It goes on by itself after any error.
 */
export class TopicWatch {
  readonly #topic: WatchedTopic;
  readonly #link: KafkaLink;
  readonly #onError: (error: unknown) => void;
  readonly #done: Promise<void>;
  readonly #stop = new AbortController();
  readonly #recheck: NodeJS.Timeout;
  #answeredAtMs = Number.NEGATIVE_INFINITY;

  constructor(topic: WatchedTopic, link: KafkaLink, onError: (error: unknown) => void) {
    this.#topic = topic;
    this.#link = link;
    this.#onError = onError;
    this.#done = this.#run();
    this.#recheck = setInterval(() => topic.check().catch(onError), RECHECK_MS).unref();
  }

  /** `performance.now()` before the last request that every broker has answered. */
  get answeredAtMs(): number {
    return this.#answeredAtMs;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    clearInterval(this.#recheck);
    await this.#link.close();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (let failures = 0; !signal.aborted; ) {
      try {
        await this.#topic.check();
        failures = 0;
        await this.#link.run((cluster) => this.#follow(cluster));
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        this.#onError(error);
        await sleep(reconnectDelayMs(failures), undefined, { signal, ref: false }).catch(() => {});
      }
    }
  }

  async #follow(cluster: WireCluster): Promise<void> {
    const { name, partitions } = this.#topic.spec;
    const all = Array.from({ length: partitions }, (_, partition) => partition);
    const byLeader = Object.entries(cluster.findLeaderForPartitions(name, all));
    const askedAtMs = byLeader.map(() => Number.NEGATIVE_INFINITY);
    const follow = async (nodeId: string, led: readonly number[], index: number) => {
      while (!this.#stop.signal.aborted) {
        const now = performance.now();
        await this.#fetch(cluster, nodeId, led);
        askedAtMs[index] = now;
        this.#answeredAtMs = Math.min(...askedAtMs);
      }
    };
    await Promise.all(byLeader.map(([nodeId, led], index) => follow(nodeId, led, index)));
  }

  async #fetch(cluster: WireCluster, nodeId: string, led: readonly number[]): Promise<void> {
    const topic = this.#topic;
    const { name } = topic.spec;
    const from = new Map(led.map((partition) => [partition, topic.ends[partition] ?? 0]));
    const responses = await fetchFrom(cluster, nodeId, {
      maxWaitTime: WAIT_MS,
      minBytes: 1,
      maxBytes: MAX_BYTES,
      isolationLevel: 0,
      topics: [
        {
          topic: name,
          partitions: [...from].map(([partition, offset]) => ({
            partition,
            fetchOffset: offset.toString(),
            maxBytes: PARTITION_BYTES,
          })),
        },
      ],
    });
    for (const { partition, highWatermark, messages } of responses.flatMap(
      (one) => one.partitions,
    )) {
      const start = from.get(partition) ?? 0;
      const records = messages
        .filter(({ offset, isControlRecord }) => Number(offset) >= start && !isControlRecord)
        .map((message) => toBusRecord(name, partition, message));
      const last = records.at(-1);
      if (last !== undefined) topic.came(partition, start, Number(last.offset) + 1, records);
      topic.grew(partition, Math.max(Number(highWatermark), Number(last?.offset ?? -1n) + 1));
    }
  }
}
