import { setTimeout as sleep } from 'node:timers/promises';
import type { EventBus, PartitionBatch } from '../port.ts';
import { eventually } from '../testing/index.ts';
import { freshName, outgoing, valuesOf } from './bus-under-test.ts';
import { readAll } from './topic-contract.ts';

// A broker takes seconds to start, and longer beside other work.
const WAIT_MS = 60_000;
const MORE = 50;
const LIMITS = { maxBatchRecords: 100, maxBatchBytes: 1_000_000 };

export interface Appended {
  readonly acknowledged: ReadonlySet<string>;
  readonly inLog: ReadonlySet<string>;
}

/**
 * Appends values one after another while `disturb` runs, and again what was not acknowledged, as a journal's
 * shipper does. Resolves when a consumer and a tail have had as many values as were acknowledged.
 *
 * @param disturb is given a wait for some more appends to be acknowledged
 */
export async function appendThrough(
  bus: EventBus,
  topic: string,
  disturb: (untilMore: () => Promise<void>) => Promise<void>,
): Promise<Appended> {
  const [consumed, tailed, acknowledged] = [
    new Set<string>(),
    new Set<string>(),
    new Set<string>(),
  ];
  await bus.consume({
    ...{ ...LIMITS, group: freshName('group'), topics: [topic] },
    async handle(batch) {
      await batch.commit(batch.endOffset, '');
      for (const value of valuesOf(batch.records)) consumed.add(value);
    },
  });
  const onRecords = (records: PartitionBatch['records']) => {
    for (const value of valuesOf(records)) tailed.add(value);
  };
  const tail = await bus.tail({ topic, from: 'start', onRecords });
  let done = false;
  const append = async () => {
    for (let i = 0; !done; i += 1) {
      const value = String(i);
      let taken = false;
      while (!taken && !done) {
        taken = await bus.append(topic, [outgoing(`k${i % 7}`, value)]).then(
          () => true,
          () => sleep(20, false),
        );
      }
      if (taken) acknowledged.add(value);
    }
  };
  const appending = append();
  const untilMore = () => {
    const before = acknowledged.size;
    return eventually('more appends', () => acknowledged.size > before + MORE, WAIT_MS);
  };
  try {
    await disturb(untilMore);
    await untilMore();
  } finally {
    done = true;
    await appending;
  }
  const hasAll = (seen: ReadonlySet<string>) => seen.size === acknowledged.size;
  await eventually('all with the consumer', () => hasAll(consumed), WAIT_MS);
  await eventually('all with the tail', () => hasAll(tailed), WAIT_MS);
  await eventually('a fresh tail', () => tail.isFresh(1_000));
  return { acknowledged, inLog: new Set(valuesOf(await readAll(bus, topic))) };
}
