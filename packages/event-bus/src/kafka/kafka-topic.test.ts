import { expect, it } from 'vitest';
import type { KafkaLink } from './kafka-link.ts';
import type { KafkaProducer } from './kafka-producer.ts';
import { KafkaTopic } from './kafka-topic.ts';
import type { FetchRequest } from './kafkajs-wire.ts';

/** A topic of one partition with so many records, of which a fetch brings so many. */
function topicOf(count: number, fetched: number) {
  const fetches: number[] = [];
  const broker = {
    async fetch({ topics }: FetchRequest) {
      const from = Number(topics[0]?.partitions[0]?.fetchOffset);
      fetches.push(from);
      const messages = Array.from({ length: Math.min(fetched, count - from) }, (_, i) => ({
        ...{ offset: String(from + i), timestamp: '0', headers: {}, isControlRecord: false },
        ...{ key: null, value: Buffer.from('value') },
      }));
      const partitions = [{ partition: 0, highWatermark: String(count), messages }];
      return { responses: [{ topicName: 't', partitions }] };
    },
  };
  const cluster = {
    findLeaderForPartitions: () => ({ 1: [0] }),
    findBroker: async () => broker,
  };
  const link = {
    run: (work: (with_: typeof cluster) => unknown) => work(cluster),
  } as unknown as KafkaLink;
  const topic = new KafkaTopic({
    ...{
      spec: { name: 't', partitions: 1, cleanup: 'keep' },
      epoch: 'e',
      link,
      openLink: () => link,
    },
    ...{ producer: {} as KafkaProducer, onError() {} },
  });
  topic.grew(0, count);
  /** The records of all reads one after the other, and where each was fetched from. */
  const readAll = async (maxRecords: number) => {
    const lengths: number[] = [];
    for (let next = 0; next < count; ) {
      const records = await topic.read(0, next, maxRecords, 1_000_000);
      expect(records.map(({ offset }) => Number(offset))).toEqual(
        records.map((_record, i) => next + i),
      );
      lengths.push(records.length);
      next += records.length;
    }
    return { lengths, fetches };
  };
  return readAll;
}

it('reads what was fetched in parts', async () => {
  expect(await topicOf(10, 10)(4)).toEqual({ lengths: [4, 4, 2], fetches: [0] });
});

it('makes no small part of what is left over while the log has more', async () => {
  expect(await topicOf(25, 11)(10)).toEqual({ lengths: [10, 10, 5], fetches: [0, 10, 20] });
});

it('fetches no record twice for half a part', async () => {
  expect(await topicOf(30, 15)(10)).toEqual({ lengths: [10, 5, 10, 5], fetches: [0, 15] });
});
