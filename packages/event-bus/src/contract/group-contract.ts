import { expect, it } from 'vitest';
import type { BusRecord, Consumer, EventBus } from '../port.ts';
import { eventually } from '../testing/eventually.ts';
import { freshName, keepTopic, outgoing, valuesOf } from './bus-under-test.ts';
import { opened } from './consumer-contract.ts';

const LIMITS = { maxBatchRecords: 10, maxBatchBytes: 1_000_000 };
const PARTITIONS = 6;

function assignedCount(consumer: Consumer, topic: string): number {
  return consumer.assigned().get(topic)?.length ?? 0;
}

export function describeGroups(open: () => Promise<EventBus>): void {
  it('shares partitions among members, and takes over from one that leaves', async () => {
    const topic = keepTopic(PARTITIONS);
    const buses = [await opened(open, topic), await opened(open, topic)];
    const group = freshName('group');
    const records: BusRecord[] = [];
    const consumers: Consumer[] = [];
    for (const bus of buses) {
      const consumer = await bus.consume({
        ...LIMITS,
        group,
        topics: [topic.name],
        async handle(batch) {
          records.push(...batch.records);
          await batch.commit(batch.endOffset, '');
        },
      });
      consumers.push(consumer);
    }
    const [one, two] = consumers as [Consumer, Consumer];
    await eventually('a fair share for both', () =>
      consumers.every((consumer) => assignedCount(consumer, topic.name) === PARTITIONS / 2),
    );
    const partitionsOf = (consumer: Consumer) => consumer.assigned().get(topic.name) ?? [];
    expect([...partitionsOf(one), ...partitionsOf(two)].sort()).toEqual([0, 1, 2, 3, 4, 5]);

    const send = async (from: number) => {
      const some = Array.from({ length: 60 }, (_, i) => outgoing(`k${i}`, String(from + i)));
      await buses[0]?.append(topic.name, some);
    };
    const allOf = (count: number) => new Set(valuesOf(records)).size === count;
    await send(0);
    await eventually('the first 60', () => allOf(60));
    await one.stop();
    await send(60);
    await eventually('all with the one that is left', () => allOf(120));
    await eventually('all partitions', () => assignedCount(two, topic.name) === PARTITIONS);
  });

  it('loses nothing and keeps order per partition while members come and go', async () => {
    const topic = keepTopic(PARTITIONS);
    const bus = await opened(open, topic);
    const group = freshName('group');
    const last = new Map<number, bigint>();
    const gaps: string[] = [];
    const seen = new Set<string>();
    const join = async () =>
      (await opened(open, topic)).consume({
        ...LIMITS,
        group,
        topics: [topic.name],
        async handle(batch) {
          const first = batch.records[0]?.offset ?? 0n;
          const before = last.get(batch.partition) ?? 0n;
          if (first > before) gaps.push(`${batch.partition}: ${first} after ${before}`);
          for (const value of valuesOf(batch.records)) seen.add(value);
          await batch.commit(batch.endOffset, '');
          const after = last.get(batch.partition) ?? 0n;
          last.set(batch.partition, batch.endOffset > after ? batch.endOffset : after);
        },
      });
    const members = [await join()];
    for (let round = 0; round < 6; round += 1) {
      const some = Array.from({ length: 100 }, (_, i) => outgoing(`k${i}`, `${round}/${i}`));
      await bus.append(topic.name, some);
      if (round % 2 === 0) members.push(await join());
      else await members.shift()?.stop();
    }
    await eventually('all 600', () => seen.size === 600);
    expect(gaps).toEqual([]);
  });

  it('has no more members at work than there are partitions', async () => {
    const topic = keepTopic(1);
    const bus = await opened(open, topic);
    const group = freshName('group');
    const records: BusRecord[] = [];
    for (let i = 0; i < 3; i += 1) {
      await (await opened(open, topic)).consume({
        ...LIMITS,
        group,
        topics: [topic.name],
        async handle(batch) {
          records.push(...batch.records);
          await batch.commit(batch.endOffset, '');
        },
      });
    }
    await bus.append(topic.name, [outgoing('k', 'once')]);
    await eventually('it', () => valuesOf(records).length > 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(valuesOf(records)).toEqual(['once']);
  });
}
