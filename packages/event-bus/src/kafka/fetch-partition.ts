import type { BusRecord } from '../port.ts';
import { toBusRecord } from './bus-record.ts';
import type { KafkaLink } from './kafka-link.ts';
import { fetchFrom } from './kafkajs-wire.ts';

/** What its leader has of one partition from an offset on, at once: a batch at the least, where there is one. */
export async function fetchPartition(
  link: KafkaLink,
  topic: string,
  partition: number,
  from: number,
  maxBytes: number,
): Promise<BusRecord[]> {
  const responses = await link.run((cluster) => {
    const [nodeId = ''] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
    return fetchFrom(cluster, nodeId, {
      ...{ maxWaitTime: 0, minBytes: 0, maxBytes, isolationLevel: 0 },
      topics: [{ topic, partitions: [{ partition, fetchOffset: from.toString(), maxBytes }] }],
    });
  });
  const messages = responses[0]?.partitions[0]?.messages ?? [];
  // Kafka sends whole batches: the first one may begin before what was asked for.
  return messages
    .filter((message) => Number(message.offset) >= from && !message.isControlRecord)
    .map((message) => toBusRecord(topic, partition, message));
}
