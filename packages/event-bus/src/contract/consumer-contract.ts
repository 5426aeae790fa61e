import { expect, it } from 'vitest';
import type { BusRecord, ConsumeOptions, EventBus, PartitionBatch } from '../port.ts';
import { eventually } from '../testing/eventually.ts';
import { freshName, isBorn, keepTopic, outgoing, valuesOf } from './bus-under-test.ts';

const LIMITS = { maxBatchRecords: 100, maxBatchBytes: 1_000_000 };

async function seeded(open: () => Promise<EventBus>, partitions: number, count: number) {
  const bus = await open();
  const topic = keepTopic(partitions);
  await bus.ensureTopics([topic]);
  const records = Array.from({ length: count }, (_, i) => outgoing(`key${i % 7}`, String(i)));
  if (count > 0) await bus.append(topic.name, records);
  return { bus, topic, group: freshName('group') };
}

/** A handler that keeps what came and, if asked to, commits all of it. */
function collector(commits: boolean) {
  const batches: PartitionBatch[] = [];
  const records: BusRecord[] = [];
  const handle = async (batch: PartitionBatch) => {
    batches.push(batch);
    records.push(...batch.records);
    if (commits) await batch.commit(batch.endOffset, `end ${batch.endOffset}`);
  };
  return { batches, records, handle };
}

export function describeConsumers(open: () => Promise<EventBus>): void {
  it('delivers all there is and all that comes, TopicBorn included, in order', async () => {
    const { bus, topic, group } = await seeded(open, 3, 20);
    const { records, handle } = collector(true);
    const consumer = await bus.consume({ group, topics: [topic.name], ...LIMITS, handle });
    await eventually('the first 20', () => valuesOf(records).length >= 20);
    await bus.append(topic.name, [outgoing('key1', 'late')]);
    await eventually('the late one', () => valuesOf(records).length >= 21);
    expect(records.filter(isBorn)).toHaveLength(3);
    for (let partition = 0; partition < 3; partition += 1) {
      const offsets = records.filter((one) => one.partition === partition).map((one) => one.offset);
      expect(offsets).toEqual(offsets.map((_, i) => BigInt(i)));
    }
    await consumer.stop();
  });

  it('keeps batches within the limits and names the topic by its epoch', async () => {
    const { bus, topic, group } = await seeded(open, 1, 0);
    await bus.append(
      topic.name,
      Array.from({ length: 30 }, (_, i) => outgoing('k', `${i}`.padEnd(1_000, '.'))),
    );
    const { batches, records, handle } = collector(true);
    const options = { group, topics: [topic.name], maxBatchRecords: 7, maxBatchBytes: 5_000 };
    const consumer = await bus.consume({ ...options, handle });
    await eventually('all 30', () => records.length === 31);
    for (const batch of batches) {
      expect(batch.records.length).toBeLessThanOrEqual(7);
      const bytes = batch.records.reduce((sum, record) => sum + record.value.length, 0);
      expect(bytes).toBeLessThanOrEqual(5_000);
      expect(batch.endOffset).toBe((batch.records.at(-1)?.offset ?? -2n) + 1n);
      expect(batch.epoch).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect(new Set(batches.map((batch) => batch.epoch)).size).toBe(1);
    await consumer.stop();
  });

  it('delivers a record that is larger than the limit, alone', async () => {
    const { bus, topic, group } = await seeded(open, 1, 3);
    await bus.append(topic.name, [outgoing('k', 'x'.repeat(50_000)), outgoing('k', 'after')]);
    const { records, handle } = collector(true);
    const options = { group, topics: [topic.name], maxBatchRecords: 10, maxBatchBytes: 1_000 };
    const consumer = await bus.consume({ ...options, handle });
    await eventually('the one after', () => valuesOf(records).includes('after'));
    expect(records).toHaveLength(6);
    await consumer.stop();
  });

  it('begins at the commit of the group, whose metadata comes back', async () => {
    const { bus, topic, group } = await seeded(open, 1, 10);
    const first = collector(false);
    const consumer = await bus.consume({
      ...LIMITS,
      group,
      topics: [topic.name],
      async handle(batch) {
        expect(batch.committed).toBeNull();
        await first.handle(batch);
        await batch.commit(4n, '{"plannedEnd":9}');
        expect(batch.committed).toEqual({ offset: 4n, metadata: '{"plannedEnd":9}' });
      },
    });
    await eventually('the first batch', () => first.records.length === 11);
    await eventually('its commit', async () => (await bus.committed(group, topic.name)).size === 1);
    await consumer.stop();
    expect((await bus.committed(group, topic.name)).get(0)).toEqual({
      offset: 4n,
      metadata: '{"plannedEnd":9}',
    });

    const second = collector(true);
    const other = await (await opened(open, topic)).consume({
      ...LIMITS,
      group,
      topics: [topic.name],
      handle: second.handle,
    });
    await eventually('the rest', () => second.records.length >= 7);
    expect(second.records[0]?.offset).toBe(4n);
    expect(second.batches[0]?.topic).toBe(topic.name);
    await other.stop();
  });

  it('knows no commits of a group that never was', async () => {
    const { bus, topic, group } = await seeded(open, 2, 5);
    expect(await bus.committed(group, topic.name)).toEqual(new Map());
  });

  it('goes on after what was delivered, committed or not', async () => {
    const { bus, topic, group } = await seeded(open, 1, 10);
    const { records, handle } = collector(false);
    const consumer = await bus.consume({ group, topics: [topic.name], ...LIMITS, handle });
    await eventually('ten', () => records.length === 11);
    await bus.append(topic.name, [outgoing('k', 'more')]);
    await eventually('one more', () => records.length === 12);
    expect(valuesOf(records)).toEqual([...Array(10).keys(), 'more'].map(String));
    await consumer.stop();
  });

  it('delivers to each group by itself', async () => {
    const { bus, topic, group } = await seeded(open, 2, 10);
    const [one, two] = [collector(true), collector(true)];
    await bus.consume({ group, topics: [topic.name], ...LIMITS, handle: one.handle });
    const other = freshName('other');
    await bus.consume({ group: other, topics: [topic.name], ...LIMITS, handle: two.handle });
    await eventually('both', () => one.records.length === 12 && two.records.length === 12);
  });

  it('calls a handler that throws again with the same records, and tells', async () => {
    const { bus, topic, group } = await seeded(open, 1, 5);
    const seen: string[][] = [];
    const errors: unknown[] = [];
    const consumer = await bus.consume({
      ...LIMITS,
      group,
      topics: [topic.name],
      onError: (error) => errors.push(error),
      async handle(batch) {
        seen.push(valuesOf(batch.records));
        if (seen.length === 1) throw new Error('not this time');
        await batch.commit(batch.endOffset, '');
      },
    });
    await eventually('the second call', () => seen.length === 2);
    expect(seen[1]).toEqual(seen[0]);
    expect(String(errors[0])).toMatch(/not this time/);
    await consumer.stop();
  });

  it('goes on with other partitions while a handler of one fails', async () => {
    const { bus, topic, group } = await seeded(open, 2, 20);
    const { records, handle } = collector(true);
    const options: ConsumeOptions = { ...LIMITS, group, topics: [topic.name], handle };
    await bus.consume({
      ...options,
      async handle(batch) {
        if (batch.partition === 0) throw new Error('poison');
        await handle(batch);
      },
    });
    const ends = await bus.endOffsets(topic.name);
    await eventually('the other partition', () => BigInt(records.length) === ends.get(1));
    expect((await bus.committed(group, topic.name)).has(0)).toBe(false);
  });

  it('consumes several topics', async () => {
    const bus = await open();
    const topics = [keepTopic(1), keepTopic(2)];
    await bus.ensureTopics(topics);
    const { records, handle } = collector(true);
    const names = topics.map((topic) => topic.name);
    await bus.consume({ group: freshName('group'), topics: names, ...LIMITS, handle });
    for (const name of names) await bus.append(name, [outgoing('k', name)]);
    await eventually('one of each', () => valuesOf(records).length === 2);
    expect(valuesOf(records).sort()).toEqual([...names].sort());
  });

  it('waits for company where it is told to linger', async () => {
    const { bus, topic, group } = await seeded(open, 1, 0);
    const { batches, records, handle } = collector(true);
    await bus.consume({ group, topics: [topic.name], ...LIMITS, lingerMs: 300, handle });
    for (let i = 0; i < 5; i += 1) {
      await bus.append(topic.name, [outgoing('k', String(i))]);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await eventually('all five', () => valuesOf(records).length === 5);
    expect(batches.length).toBeLessThan(5);
  });
}

/** Another instance that knows the topic. */
export async function opened(
  open: () => Promise<EventBus>,
  topic: Parameters<EventBus['ensureTopics']>[0][number],
): Promise<EventBus> {
  const bus = await open();
  await bus.ensureTopics([topic]);
  return bus;
}
