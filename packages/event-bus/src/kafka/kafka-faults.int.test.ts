// needs: java, maven
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalKafka, startLocalKafka } from '@fluxrouter/local-kafka';
import kafkajs, { type Admin } from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { appendThrough } from '../contract/append-through.ts';
import { freshName, keepTopic, outgoing, valuesOf } from '../contract/bus-under-test.ts';
import { readAll } from '../contract/topic-contract.ts';
import type { EventBus, PartitionBatch } from '../port.ts';
import { deleteTopic, eventually, startProgram, withKafkaAdmin } from '../testing/index.ts';
import { openKafkaBus } from './open-kafka-bus.ts';

const LIMITS = { maxBatchRecords: 100, maxBatchBytes: 1_000_000 };
const ZOMBIE = new URL('./zombie.program.ts', import.meta.url);

let directory: string;
let kafka: LocalKafka;
const buses: EventBus[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kafka-faults-'));
  kafka = await startLocalKafka({ directory });
}, 300_000);
afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
});
afterAll(async () => {
  await kafka?.stop();
  rmSync(directory, { recursive: true, force: true });
});

function open(): EventBus {
  const bus = openKafkaBus({
    ...{ brokers: [kafka.brokers], sessionTimeoutMs: 3_000, heartbeatEveryMs: 100 },
  });
  buses.push(bus);
  return bus;
}

const withAdmin = <Result>(work: (admin: Admin) => Promise<Result>) =>
  withKafkaAdmin(kafka.brokers, work);

describe('a broker that is killed', () => {
  it('loses nothing that was acknowledged, and consumers and tails go on', {
    timeout: 180_000,
  }, async () => {
    const bus = open();
    const topic = keepTopic(3);
    await bus.ensureTopics([topic]);
    const { acknowledged, inLog } = await appendThrough(bus, topic.name, async (untilMore) => {
      for (let kill = 0; kill < 2; kill += 1) {
        await untilMore();
        await kafka.kill();
        await kafka.start();
      }
    });
    expect(inLog).toEqual(acknowledged);
  });
});

describe('a member that was taken for dead', () => {
  it('loses its partitions to another, and its late commit is refused', async () => {
    const bus = open();
    const topic = { ...keepTopic(1) };
    await bus.ensureTopics([topic]);
    await bus.append(topic.name, [outgoing('k', 'a'), outgoing('k', 'b')]);
    const group = freshName('group');
    const zombie = startProgram(ZOMBIE, { brokers: kafka.brokers, topic: topic.name, group });
    await zombie.waitForLine('took');
    zombie.signal('SIGSTOP');

    await bus.consume({
      ...{ ...LIMITS, group, topics: [topic.name] },
      handle: (batch) => batch.commit(2n, 'successor'),
    });
    await eventually('the successor', async () => {
      return (await bus.committed(group, topic.name)).get(0)?.metadata === 'successor';
    });
    zombie.signal('SIGCONT');
    zombie.signal('SIGUSR2');
    await zombie.waitForLine('StaleOwnerError');
    expect((await bus.committed(group, topic.name)).get(0)).toEqual({
      ...{ offset: 2n, metadata: 'successor' },
    });
    await zombie.kill();
  });
});

describe('a topic that is made anew', () => {
  it('has another epoch, and is consumed from its beginning', async () => {
    const bus = open();
    const topic = keepTopic(2);
    await bus.ensureTopics([topic]);
    const group = freshName('group');
    const batches: { epoch: string; offset: bigint | undefined; values: string[] }[] = [];
    await bus.consume({
      ...{ ...LIMITS, group, topics: [topic.name] },
      async handle({ epoch, records, endOffset, commit }) {
        batches.push({ epoch, offset: records[0]?.offset, values: valuesOf(records) });
        await commit(endOffset, '');
      },
    });
    const values = () => batches.flatMap((batch) => batch.values);
    const tailed = new Set<string>();
    const onRecords = (records: PartitionBatch['records']) => {
      for (const value of valuesOf(records)) tailed.add(value);
    };
    await bus.tail({ topic: topic.name, from: 'start', onRecords });
    const old = Array.from({ length: 20 }, (_, i) => outgoing(`k${i}`, `old ${i}`));
    await bus.append(topic.name, old);
    await eventually('the old records', () => values().length === 20);
    const epochBefore = batches[0]?.epoch;

    await deleteTopic(kafka.brokers, topic.name);
    const other = open();
    await other.ensureTopics([topic]);
    // More than before: the offset where the consumer was exists again.
    const fresh = Array.from({ length: 100 }, (_, i) => outgoing(`k${i}`, `new ${i}`));
    await other.append(topic.name, fresh);
    await eventually('the new records', () => new Set(values()).size === 120, 30_000);
    await eventually('the new records with the tail', () => tailed.size === 120, 30_000);
    const after = batches.filter(({ values: some }) => some.some((one) => one.startsWith('new')));
    expect(after.every(({ epoch }) => epoch !== epochBefore)).toBe(true);
    expect(new Set(after.map(({ epoch }) => epoch)).size).toBe(1);
  });
});

it('closed, it leaves no connection behind, though all partitions were read at once', async () => {
  const sockets = () =>
    process.getActiveResourcesInfo().filter((each) => each === 'TCPSocketWrap').length;
  const topic = keepTopic(12);
  await open().ensureTopics([topic]);
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
  await eventually('its connections to end', () => sockets() === 0);
  await open().ensureTopics([topic]);
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
  await eventually('its connections to end', () => sockets() === 0);
});

/** A record of somebody who was still appending to the topic of before when it was made anew. */
async function appendStray(topic: string, partition: number): Promise<void> {
  const client = new kafkajs.Kafka({
    brokers: [kafka.brokers],
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const producer = client.producer();
  await producer.connect();
  await producer.send({ topic, messages: [{ partition, key: 'k', value: 'stray' }] });
  await producer.disconnect();
}

describe('a topic whose first record is none of birth', () => {
  const makeWithStray = async (name: string) => {
    const keep = ['retention.ms', 'retention.bytes'].map((each) => ({ name: each, value: '-1' }));
    await withAdmin((admin) =>
      admin.createTopics({ topics: [{ topic: name, numPartitions: 2, configEntries: keep }] }),
    );
    await appendStray(name, 0);
  };
  const epochOf = async (bus: EventBus, topic: string) => {
    let epoch = '';
    const consumer = await bus.consume({
      ...{ ...LIMITS, group: freshName('group'), topics: [topic] },
      handle: async (batch) => {
        epoch = batch.epoch;
      },
    });
    await eventually('a batch', () => epoch !== '', 5_000).catch(() => {});
    await consumer.stop();
    return epoch;
  };

  it('is born all the same, with one epoch for whoever opens it', {
    timeout: 90_000,
  }, async () => {
    const topic = keepTopic(2);
    await makeWithStray(topic.name);
    const [first, second] = [open(), open()];
    await first.ensureTopics([topic]);
    await second.ensureTopics([topic]);
    const epoch = await epochOf(first, topic.name);
    expect(epoch).toMatch(/^[0-9a-f-]{36}$/);
    expect(await epochOf(second, topic.name)).toBe(epoch);
    const born = (await readAll(first, topic.name)).filter(({ headers }) => headers['epoch']);
    expect(born.map(({ offset }) => offset)).toEqual([1n, 0n]);
  });

  it('is seen to be another than before by who consumes', { timeout: 90_000 }, async () => {
    const bus = open();
    const topic = keepTopic(2);
    await bus.ensureTopics([topic]);
    const seen = new Set<string>();
    await bus.consume({
      ...{ ...LIMITS, group: freshName('group'), topics: [topic.name] },
      async handle({ records, endOffset, commit }) {
        for (const value of valuesOf(records)) seen.add(value);
        await commit(endOffset, '');
      },
    });
    const old = Array.from({ length: 20 }, (_, i) => outgoing(`k${i}`, `old ${i}`));
    await bus.append(topic.name, old);
    await eventually('the old records', () => seen.size === 20);
    await deleteTopic(kafka.brokers, topic.name);
    await makeWithStray(topic.name);
    const other = open();
    await other.ensureTopics([topic]);
    // The producer of before: its sequence numbers are of the other log. It may fail, and be asked again.
    const append = () =>
      bus.append(topic.name, [outgoing('k', 'new')]).then(
        () => true,
        () => false,
      );
    await eventually('an append', append, 30_000);
    await eventually('the new records', () => seen.has('stray') && seen.has('new'), 30_000);
  });
});

describe('a topic that exists', () => {
  it('is refused where it may lose records', async () => {
    const topic = keepTopic(1);
    await withAdmin((admin) =>
      admin.createTopics({ topics: [{ topic: topic.name, numPartitions: 1 }] }),
    );
    await expect(open().ensureTopics([topic])).rejects.toThrow(/retention.ms .*to -1/);
  });

  it('is given birth to where its maker died before it could', async () => {
    const topic = keepTopic(2);
    const keep = ['retention.ms', 'retention.bytes'].map((name) => ({ name, value: '-1' }));
    await withAdmin((admin) =>
      admin.createTopics({
        topics: [{ topic: topic.name, numPartitions: 2, configEntries: keep }],
      }),
    );
    const bus = open();
    await bus.ensureTopics([topic]);
    const born = await readAll(bus, topic.name);
    expect(born.map(({ offset, headers }) => [offset, headers['type']])).toEqual([
      [0n, 'TopicBorn'],
      [0n, 'TopicBorn'],
    ]);
  });
});

it('refuses a record that Kafka would not take, and takes the others', async () => {
  const bus = open();
  const topic = keepTopic(1);
  await bus.ensureTopics([topic]);
  const large = bus.append(topic.name, [outgoing('k', 'x'.repeat(1_000_000))]);
  const small = bus.append(topic.name, [outgoing('k', 'small')]);
  await expect(large).rejects.toThrow(/too large/);
  expect(await small).toEqual([{ partition: 0, offset: 1n }]);
});
