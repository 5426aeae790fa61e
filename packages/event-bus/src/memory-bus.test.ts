import { afterEach, expect, it, vi } from 'vitest';
import { keepTopic, outgoing } from './contract/bus-under-test.ts';
import { describeEventBusContract } from './contract-suite.ts';
import { MemoryCluster, openMemoryBus } from './memory-bus.ts';
import { eventually } from './testing/index.ts';

describeEventBusContract('the memory bus', async (topicBorn) => {
  const cluster = new MemoryCluster(topicBorn);
  return { open: async () => cluster.open(), destroy: async () => {} };
});

afterEach(() => void vi.useRealTimers());

it('a tail that hangs is not fresh, whatever the clock is set to', async () => {
  const bus = openMemoryBus();
  const topic = keepTopic(1);
  await bus.ensureTopics([topic]);
  let release = () => {};
  const onRecords = () => new Promise<void>((resolve) => (release = resolve));
  const tail = await bus.tail({ topic: topic.name, from: 'end', onRecords });
  await eventually('freshness', () => tail.isFresh(1_000));
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(Date.now() - 3_600_000);
  await bus.append(topic.name, [outgoing('k', 'hangs')]);
  await expect.poll(() => tail.isFresh(100)).toBe(false);
  release();
  await expect.poll(() => tail.isFresh(1_000)).toBe(true);
  await bus.close();
});
