import { expect, it } from 'vitest';
import { partitionOfKey } from '../key-partition.ts';
import type { BusRecord, EventBus } from '../port.ts';
import { freshName, isBorn, keepTopic, outgoing, text } from './bus-under-test.ts';

/** Reads what is in a topic at this moment. */
export async function readAll(bus: EventBus, topic: string): Promise<BusRecord[]> {
  const records: BusRecord[] = [];
  const onRecords = (some: readonly BusRecord[]) => {
    records.push(...some);
  };
  const tail = await bus.tail({ topic, from: 'start', onRecords });
  await tail.caughtUp();
  await tail.stop();
  return records;
}

export function describeTopics(open: () => Promise<EventBus>): void {
  it('makes a topic whose partitions begin with one and the same TopicBorn', async () => {
    const bus = await open();
    const topic = keepTopic(3);
    await bus.ensureTopics([topic]);
    const records = await readAll(bus, topic.name);
    expect(records.map(({ partition, offset }) => [partition, offset])).toEqual([
      [0, 0n],
      [1, 0n],
      [2, 0n],
    ]);
    expect(records.every(isBorn)).toBe(true);
    expect(records[0]?.headers['version']).toBe('1');
    expect(new Set(records.map((record) => text(record.value))).size).toBe(1);
    expect(text(records[0]?.value ?? Buffer.of())).toMatch(/^born [0-9a-f-]{36}$/);
  });

  it('finds a topic that exists and does not give birth to it again', async () => {
    const [first, second] = [await open(), await open()];
    const topic = keepTopic(2);
    await Promise.all([first.ensureTopics([topic]), second.ensureTopics([topic])]);
    await first.ensureTopics([topic]);
    expect(await second.endOffsets(topic.name)).toEqual(
      new Map([
        [0, 1n],
        [1, 1n],
      ]),
    );
  });

  it('refuses a topic that has another number of partitions', async () => {
    const [first, second] = [await open(), await open()];
    const topic = keepTopic(2);
    await first.ensureTopics([topic]);
    await expect(second.ensureTopics([{ ...topic, partitions: 3 }])).rejects.toThrow(/partitions/);
    await expect(first.ensureTopics([{ ...topic, partitions: 1 }])).rejects.toThrow(/partitions/);
  });

  it('refuses topics that were not declared', async () => {
    const bus = await open();
    const topic = freshName('unknown');
    await expect(bus.append(topic, [outgoing('a', '1')])).rejects.toThrow(/unknown/);
    await expect(bus.tail({ topic, from: 'start', onRecords() {} })).rejects.toThrow(/unknown/);
  });

  it('says where each record went, by the hash of its key', async () => {
    const bus = await open();
    const topic = keepTopic(4);
    await bus.ensureTopics([topic]);
    const keys = ['alpha', 'beta', 'gamma', 'alpha', 'delta'];
    const positions = await bus.append(
      topic.name,
      keys.map((key, i) => outgoing(key, String(i))),
    );
    expect(positions.map((position) => position.partition)).toEqual(
      keys.map((key) => partitionOfKey(key, 4)),
    );
    const read = await readAll(bus, topic.name);
    keys.forEach((key, i) => {
      const { partition, offset } = positions[i] ?? { partition: -1, offset: -1n };
      const record = read.find((one) => one.partition === partition && one.offset === offset);
      expect([record?.key, text(record?.value ?? Buffer.of())]).toEqual([key, String(i)]);
    });
  });

  it('gives back key, value and headers as they were', async () => {
    const bus = await open();
    const topic = keepTopic(1);
    await bus.ensureTopics([topic]);
    const value = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);
    const headers = { type: 'AttemptFinished', traceparent: '00-ab-cd-01', 'ä ö': 'ß €' };
    const before = Date.now();
    await bus.append(topic.name, [
      { key: 'ключ', value, headers },
      { key: '', value: new Uint8Array(0) },
    ]);
    const [, full, empty] = await readAll(bus, topic.name);
    expect(full).toMatchObject({ topic: topic.name, partition: 0, offset: 1n, key: 'ключ' });
    expect(Buffer.compare(full?.value ?? Buffer.of(), value)).toBe(0);
    expect({ ...full?.headers }).toEqual(headers);
    expect(full?.appendedAtMs).toBeGreaterThanOrEqual(before - 1_000);
    expect(full?.appendedAtMs).toBeLessThanOrEqual(Date.now() + 1_000);
    expect([empty?.key, empty?.value.length, { ...empty?.headers }]).toEqual(['', 0, {}]);
  });

  it('keeps the order of appends that were not awaited', async () => {
    const bus = await open();
    const topic = keepTopic(1);
    await bus.ensureTopics([topic]);
    const appends = Array.from({ length: 50 }, (_, i) =>
      bus.append(topic.name, [outgoing('k', `${i}a`), outgoing('k', `${i}b`)]),
    );
    const positions = (await Promise.all(appends)).flat();
    expect(positions.map(({ offset }) => offset)).toEqual(
      Array.from({ length: 100 }, (_, i) => BigInt(i + 1)),
    );
    const values = (await readAll(bus, topic.name)).slice(1).map((record) => text(record.value));
    expect(values).toEqual(Array.from({ length: 50 }, (_, i) => [`${i}a`, `${i}b`]).flat());
  });

  it('takes appends of several instances at once, losing and repeating none', async () => {
    const buses = [await open(), await open(), await open()];
    const topic = keepTopic(2);
    for (const bus of buses) await bus.ensureTopics([topic]);
    const appends = buses.flatMap((bus, b) =>
      Array.from({ length: 40 }, (_, i) =>
        bus.append(topic.name, [outgoing(`k${i}`, `${b}/${i}`)]),
      ),
    );
    const positions = (await Promise.all(appends)).flat();
    const places = positions.map(({ partition, offset }) => `${partition}/${offset}`);
    expect(new Set(places).size).toBe(120);
    for (const bus of buses) {
      const ends = await bus.endOffsets(topic.name);
      expect([...ends.values()].reduce((sum, end) => sum + end, 0n)).toBe(122n);
    }
  });

  it('appends nothing where there is nothing', async () => {
    const bus = await open();
    const topic = keepTopic(1);
    await bus.ensureTopics([topic]);
    expect(await bus.append(topic.name, [])).toEqual([]);
  });
}
